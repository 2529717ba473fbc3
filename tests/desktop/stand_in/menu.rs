//! The menu of the icon in the tray, read and used over the bus as a desktop's panel does.

use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use zbus::{
    Connection,
    zvariant::{OwnedObjectPath, OwnedValue, Structure, Value},
};

/// A line and those below it: its number, its properties, its lines.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The bus name and path of the icon that was put up last.
static ICON: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Remembers whose icon it is, for whoever opens its menu.
pub fn put_up((name, path): (String, &str)) {
    *ICON.lock().unwrap_or_else(PoisonError::into_inner) = Some((name, path.to_owned()));
}

/// A line of the menu.
pub struct Line {
    id: i32,
    label: String,
    is_enabled: bool,
}

impl Line {
    /// As the test reads it.
    pub fn to_json(&self) -> Json {
        json!({ "label": self.label, "isEnabled": self.is_enabled })
    }
}

/// The lines of the menu as they are now, without separators.
pub async fn read(bus: &Connection) -> zbus::Result<Vec<Line>> {
    let menu = menu(bus).await?;
    let _: bool = menu.call("AboutToShow", &(0_i32)).await?;
    let wanted: &[&str] = &[];
    let (_revision, (_id, _properties, children)): (u32, Layout) =
        menu.call("GetLayout", &(0_i32, -1_i32, wanted)).await?;
    Ok(children.iter().filter_map(|child| line(child)).collect())
}

/// Chooses the line with these words. Fails when there is none or it cannot be chosen.
pub async fn choose(bus: &Connection, label: &str) -> zbus::Result<()> {
    let lines = read(bus).await?;
    let line = lines.iter().find(|line| line.label == label && line.is_enabled);
    let line = line.ok_or_else(|| zbus::Error::Failure(format!("the menu has no {label} that can be chosen")))?;
    menu(bus).await?.call("Event", &(line.id, "clicked", Value::from(0_i32), 0_u32)).await
}

async fn menu(bus: &Connection) -> zbus::Result<zbus::Proxy<'static>> {
    let icon = ICON.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (name, path) = icon.ok_or_else(|| zbus::Error::Failure("there is no icon in the tray".into()))?;
    let icon = zbus::Proxy::new(bus, name.clone(), path, "org.kde.StatusNotifierItem").await?;
    let path: OwnedObjectPath = icon.get_property("Menu").await?;
    zbus::Proxy::new(bus, name, path, "com.canonical.dbusmenu").await
}

fn line(child: &Value<'_>) -> Option<Line> {
    let fields = child.downcast_ref::<Structure<'_>>().ok()?;
    let [id, properties, _children] = fields.fields() else { return None };
    let id = id.downcast_ref::<i32>().ok()?;
    let properties = properties.downcast_ref::<zbus::zvariant::Dict<'_, '_>>().ok()?;
    let label: Option<String> = properties.get(&"label").ok().flatten();
    let is_enabled: Option<bool> = properties.get(&"enabled").ok().flatten();
    // An underscore marks the key that chooses the line.
    Some(Line { id, label: label?.replace('_', ""), is_enabled: is_enabled.unwrap_or(true) })
}
