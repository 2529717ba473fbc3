//! Whether a path leads to a store of secrets.

use super::{
    area::is_below_in_any_case,
    name::{folded, is_short_form},
    secret_names::{IN_HOME, IN_SYSTEM},
};
use crate::Verdict;
use std::{
    collections::HashMap,
    path::{Component, Path},
    sync::LazyLock,
};

/// The stores in a home directory by the first part of their names.
static BY_FIRST: LazyLock<HashMap<&'static str, Vec<Vec<&'static str>>>> = LazyLock::new(|| {
    let mut stores: HashMap<&str, Vec<Vec<&str>>> = HashMap::new();
    for store in IN_HOME {
        let mut parts = store.split('/');
        let first = parts.next().unwrap_or_default();
        stores.entry(first).or_default().push(parts.collect());
    }
    stores
});

/// What is to be said of a path that is, or lies in, a store of secrets, or is a system directory that holds one.
pub(crate) fn refusal(real: &Path, home: Option<&Path>) -> Option<Verdict> {
    let is_secret = home.is_some_and(|home| is_in_home(real, home)) || is_in_system(real);
    is_secret.then(|| {
        Verdict::deny(
            "path.secret-store",
            format!(
                "{} is, or holds, a store of secrets; ask the person for what the work needs instead of reading it",
                real.display()
            ),
        )
    })
}

/// What is to be said of a path that has several names, one of which is in a store of secrets.
pub(crate) fn behind_another_name(real: &Path, home: Option<&Path>) -> Verdict {
    #[cfg(unix)]
    if let Some(store) = home.and_then(|home| super::hard_link::into_a_store(real, home)) {
        return Verdict::deny(
            "path.hard-link",
            format!("{} is another name of a file in {}, a store of secrets", real.display(), store.display()),
        );
    }
    let _ = (real, home);
    Verdict::allow()
}

/// The stores below a home directory, as paths.
pub(crate) fn stores_in(home: &Path) -> impl Iterator<Item = std::path::PathBuf> + '_ {
    IN_HOME.iter().map(|store| home.join(store))
}

fn is_in_home(real: &Path, home: &Path) -> bool {
    if !is_below_in_any_case(real, home) {
        return false;
    }
    let mut parts = real.components().skip(home.components().count()).filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let Some(first) = parts.next() else { return false };
    let rest: Vec<&str> = parts.collect();
    let is_below = |store: &[&str]| {
        store.len() <= rest.len() && store.iter().zip(&rest).all(|(name, found)| is_called(found, name))
    };
    if first.contains('~') {
        return BY_FIRST
            .iter()
            .any(|(name, stores)| is_called(first, name) && stores.iter().any(|store| is_below(store)));
    }
    BY_FIRST.get(folded(first).as_ref()).is_some_and(|stores| stores.iter().any(|store| is_below(store)))
}

fn is_in_system(real: &Path) -> bool {
    if !["/etc", "/private", "C:\\"].into_iter().any(|top| is_below_in_any_case(real, Path::new(top))) {
        return false;
    }
    let is_or_holds = |store: &&str| {
        let store = Path::new(store);
        is_below_in_any_case(real, store) || (store.starts_with(real) && !is_short(store))
    };
    IN_SYSTEM.iter().any(is_or_holds)
}

/// Of another system: on this one its name is one component.
fn is_short(store: &Path) -> bool {
    !store.is_absolute()
}

fn is_called(found: &str, name: &str) -> bool {
    folded(found) == *name || is_short_form(found, name)
}
