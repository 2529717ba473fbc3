//! The types of the list as JSON Schema, for OpenAPI and for reading what a query string says.

use crate::{ApiError, Procedure};
use harness_domain::layer::Layer;
use serde_json::{Map, Value, json};
use specta::{
    Format as _, Type, Types,
    datatype::{DataType, Enum, Field, Fields, NamedReferenceType, Primitive, Reference},
};
use std::collections::BTreeMap;

/// Input and output of one procedure.
pub struct ProcedureSchema {
    /// Which.
    pub procedure: Procedure,
    /// The fields of its input, by name. Empty when it takes none.
    pub fields: BTreeMap<String, FieldSchema>,
    /// What it answers.
    pub output: Value,
}

/// One field of an input.
pub struct FieldSchema {
    /// Its type. Other types are named by `#/components/schemas/…`.
    pub schema: Value,
    /// Whether it must be given.
    pub is_required: bool,
    /// What it is.
    pub words: String,
}

/// Every procedure, and the types that they name.
pub struct Schemas {
    /// In the order of the list.
    pub procedures: Vec<ProcedureSchema>,
    /// By name.
    pub types: Map<String, Value>,
}

/// The whole list as JSON Schema.
///
/// Fails with a sentence when a type cannot be said in JSON.
pub fn schemas() -> Result<Schemas, String> {
    let mut types = Types::default().register::<ApiError>();
    let shapes: Vec<_> = Procedure::ALL.iter().map(|procedure| (*procedure, procedure.shapes(&mut types))).collect();
    let written = specta_serde::Format.map_types(&types).map_err(|error| error.to_string())?.into_owned();
    let book = Book::new(written)?;
    let procedures = shapes
        .into_iter()
        .map(|(procedure, shapes)| {
            let fields = if procedure.takes_nothing() { BTreeMap::new() } else { book.fields(&shapes.input)? };
            let output =
                if procedure.gives_nothing() { json!({ "type": "object" }) } else { book.schema(&shapes.output)? };
            Ok(ProcedureSchema { procedure, fields, output })
        })
        .collect::<Result<_, String>>()?;
    let mut named = Map::new();
    for kind in book.types.into_unsorted_iter() {
        let Some(shape) = &kind.ty else { continue };
        let mut schema = book.schema(shape)?;
        // Their types are wider than they are.
        match kind.name.as_ref() {
            "Layer" => schema["maximum"] = Layer::QUALITY.number().into(),
            "Count" => schema = json!({ "type": "integer", "minimum": 0 }),
            "Ms" => schema = json!({ "type": "integer" }),
            _ => {}
        }
        if let Some(fields) = schema.as_object_mut()
            && !kind.docs.trim().is_empty()
        {
            fields.insert("description".into(), kind.docs.trim().into());
        }
        named.insert(kind.name.to_string(), schema);
    }
    Ok(Schemas { procedures, types: named })
}

/// The types, with what stands for numbers and for anything in them.
struct Book {
    types: Types,
    number: DataType,
    unknown: DataType,
}

impl Book {
    fn new(types: Types) -> Result<Self, String> {
        let mut none = Types::default();
        let number = <specta_typescript::Number as Type>::definition(&mut none);
        let unknown = <specta_typescript::Unknown as Type>::definition(&mut none);
        Ok(Self { types, number, unknown })
    }

    fn schema(&self, shape: &DataType) -> Result<Value, String> {
        if *shape == self.number {
            return Ok(json!({ "type": "number" }));
        }
        if *shape == self.unknown {
            return Ok(json!({}));
        }
        Ok(match shape {
            DataType::Primitive(primitive) => scalar(primitive),
            DataType::List(list) => json!({ "type": "array", "items": self.schema(&list.ty)? }),
            DataType::Map(map) => json!({ "type": "object", "additionalProperties": self.schema(map.value_ty())? }),
            DataType::Struct(record) => self.record(&record.fields)?,
            DataType::Enum(choice) => self.choice(choice)?,
            DataType::Tuple(tuple) if tuple.elements.is_empty() => json!({ "type": "null" }),
            DataType::Tuple(tuple) => {
                let parts = tuple.elements.iter().map(|part| self.schema(part)).collect::<Result<Vec<_>, _>>()?;
                json!({ "type": "array", "prefixItems": parts, "minItems": parts.len(), "maxItems": parts.len() })
            }
            DataType::Nullable(within) => or_null(self.schema(within)?),
            DataType::Intersection(parts) => {
                let parts = parts.iter().map(|part| self.schema(part)).collect::<Result<Vec<_>, _>>()?;
                json!({ "allOf": parts })
            }
            DataType::Generic(generic) => return Err(format!("a generic type is left open: {generic:?}")),
            DataType::Reference(Reference::Named(named)) => match &named.inner {
                NamedReferenceType::Inline { dt, .. } => self.schema(dt)?,
                _ => {
                    let name = &self.types.get(named).ok_or("a type that nobody registered")?.name;
                    json!({ "$ref": format!("#/components/schemas/{name}") })
                }
            },
            DataType::Reference(Reference::Opaque(opaque)) => return Err(format!("an opaque type: {opaque:?}")),
        })
    }

    fn record(&self, fields: &Fields) -> Result<Value, String> {
        match fields {
            Fields::Unit => Ok(json!({ "type": "null" })),
            Fields::Unnamed(fields) => {
                let inner: Vec<_> = fields.fields.iter().filter_map(|field| field.ty.as_ref()).collect();
                match inner.as_slice() {
                    [only] => self.schema(only),
                    several => {
                        let parts = several.iter().map(|part| self.schema(part)).collect::<Result<Vec<_>, _>>()?;
                        Ok(json!({ "type": "array", "prefixItems": parts, "minItems": parts.len() }))
                    }
                }
            }
            Fields::Named(named) => {
                let (mut properties, mut required) = (Map::new(), Vec::new());
                for (name, field) in &named.fields {
                    let Some(schema) = self.field(field)? else { continue };
                    if schema.is_required {
                        required.push(name.to_string());
                    }
                    properties.insert(name.to_string(), schema.described());
                }
                Ok(json!({ "type": "object", "properties": properties, "required": required }))
            }
        }
    }

    fn field(&self, field: &Field) -> Result<Option<FieldSchema>, String> {
        let Some(shape) = &field.ty else { return Ok(None) };
        let schema = self.schema(shape)?;
        Ok(Some(FieldSchema { schema, is_required: !field.optional, words: field.docs.trim().to_owned() }))
    }

    fn choice(&self, choice: &Enum) -> Result<Value, String> {
        let mut words = Vec::new();
        let mut others = Vec::new();
        for (name, variant) in choice.variants.iter().filter(|(_, variant)| !variant.skip) {
            let schema = match &variant.fields {
                Fields::Unit => json!({ "type": "string", "enum": [name] }),
                fields => only_one(self.record(fields)?),
            };
            match schema["enum"].as_array() {
                Some(more) => words.extend(more.iter().cloned()),
                None => others.push(schema),
            }
        }
        if !words.is_empty() {
            others.push(json!({ "type": "string", "enum": words }));
        }
        Ok(match others.len() {
            1 => others.remove(0),
            _ => json!({ "anyOf": others }),
        })
    }

    /// The fields of an input, which is a record by a name or without one, or a choice between records.
    fn fields(&self, shape: &DataType) -> Result<BTreeMap<String, FieldSchema>, String> {
        match shape {
            DataType::Reference(Reference::Named(named)) => match &named.inner {
                NamedReferenceType::Inline { dt, .. } => self.fields(dt),
                _ => {
                    let kind = self.types.get(named).ok_or("a type that nobody registered")?;
                    self.fields(kind.ty.as_ref().ok_or("a type without a shape")?)
                }
            },
            DataType::Struct(record) => match &record.fields {
                Fields::Named(named) => {
                    let mut fields = BTreeMap::new();
                    for (name, field) in &named.fields {
                        if let Some(schema) = self.field(field)? {
                            fields.insert(name.to_string(), schema);
                        }
                    }
                    Ok(fields)
                }
                _ => Err("an input is one object with named fields".into()),
            },
            DataType::Intersection(parts) => {
                let mut fields = BTreeMap::new();
                for part in parts {
                    fields.extend(self.fields(part)?);
                }
                Ok(fields)
            }
            other => Err(format!("an input is one object with named fields, not {other:?}")),
        }
    }
}

impl FieldSchema {
    /// Its schema with its words.
    pub fn described(&self) -> Value {
        let mut schema = self.schema.clone();
        if let Some(fields) = schema.as_object_mut()
            && !self.words.is_empty()
        {
            fields.insert("description".into(), self.words.clone().into());
        }
        schema
    }
}

/// A variant that stands under its name has nothing beside it; one that says its name in a field may.
fn only_one(mut record: Value) -> Value {
    let fields = record["properties"].as_object();
    let is_named =
        fields.is_some_and(|fields| fields.len() == 1 && fields.values().all(|field| field["enum"].is_null()));
    if is_named {
        record["maxProperties"] = 1.into();
    }
    record
}

fn or_null(schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) if schema.get("enum").is_none() => {
            let kind = json!([kind, "null"]);
            let mut schema = schema;
            schema["type"] = kind;
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn scalar(primitive: &Primitive) -> Value {
    let whole = |min: i64, max: i64| json!({ "type": "integer", "minimum": min, "maximum": max });
    match primitive {
        Primitive::bool => json!({ "type": "boolean" }),
        Primitive::str => json!({ "type": "string" }),
        Primitive::char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        Primitive::u8 => whole(0, u8::MAX.into()),
        Primitive::u16 => whole(0, u16::MAX.into()),
        Primitive::u32 => whole(0, u32::MAX.into()),
        Primitive::i8 => whole(i8::MIN.into(), i8::MAX.into()),
        Primitive::i16 => whole(i16::MIN.into(), i16::MAX.into()),
        Primitive::i32 => whole(i32::MIN.into(), i32::MAX.into()),
        Primitive::u64 | Primitive::u128 | Primitive::usize => json!({ "type": "integer", "minimum": 0 }),
        Primitive::i64 | Primitive::i128 | Primitive::isize => json!({ "type": "integer" }),
        Primitive::f16 | Primitive::f32 | Primitive::f64 | Primitive::f128 => json!({ "type": "number" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_list_can_be_said_in_json_schema() {
        let all = schemas().expect("every type has a schema");
        assert_eq!(all.procedures.len(), Procedure::ALL.len());
        let report =
            all.procedures.iter().find(|one| one.procedure == Procedure::bug_report).expect("it is in the list");
        assert!(report.fields["name"].is_required && !report.fields["steps"].is_required, "as serde reads it");
        let mode = &all.types["Mode"];
        assert_eq!(mode["type"], "string", "a choice of words is a string: {mode}");
        let layer = &all.types["Layer"];
        assert_eq!(layer["type"], "integer", "a name for a number is that number: {layer}");
    }
}
