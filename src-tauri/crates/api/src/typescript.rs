//! Writes `src/api/bindings.ts`: the types, the procedures with their kind, role and topics, and which events touch what.

use crate::{
    ApiError, Frame, JoinStream, Procedure, Topic, caller::CallerRole, shape::account::AuthState, topic::TOUCHES,
};
use specta::{
    Types,
    datatype::{DataType, Fields, Primitive},
};
use specta_typescript::{Typescript, primitives};
use std::fmt::Write;

const HEADER: &str = "// Written by `UPDATE_BINDINGS=1 cargo test -p harness-api bindings` from src-tauri/crates/api. Not to be edited.\n";

/// The whole file.
///
/// Fails with a sentence when a type cannot be said in TypeScript.
pub fn bindings() -> Result<String, String> {
    let mut types = Types::default()
        .register::<ApiError>()
        .register::<Frame>()
        .register::<JoinStream>()
        .register::<Topic>()
        .register::<CallerRole>()
        .register::<AuthState>();
    let shapes: Vec<_> = Procedure::ALL.iter().map(|procedure| (*procedure, procedure.shapes(&mut types))).collect();
    types.iter_mut(|named| {
        if let Some(shape) = &mut named.ty {
            always_finite(shape);
        }
    });
    let exporter = Typescript::default().header(HEADER);
    let mut out = exporter.export(&types, specta_serde::Format).map_err(|error| error.to_string())?;
    out = out.replace("/**  ", "/** ").replace(" \n", "\n");
    out.push_str("\n/** Every procedure: what goes in, and what comes out. */\nexport type Procedures = {\n");
    for (procedure, shapes) in &shapes {
        let name = |shape| primitives::reference(&exporter, &types, shape).map_err(|error| error.to_string());
        let input = if procedure.takes_nothing() { "void".into() } else { name(&shapes.input)? };
        let output = if procedure.gives_nothing() { "void".into() } else { name(&shapes.output)? };
        let (words, called) = (procedure.words(), procedure.name());
        let _ = writeln!(out, "\t/** {words} */\n\t{called}: {{ input: {input}; output: {output} }};");
    }
    out.push_str("};\n\nexport type ProcedureName = keyof Procedures;\n");
    out.push_str(
        "\nexport type ProcedureFacts = {\n\tkind: \"query\" | \"mutation\";\n\trole: CallerRole;\n\ttopics: readonly Topic[];\n\
         \tmethod: \"GET\" | \"POST\" | \"PUT\" | \"PATCH\" | \"DELETE\";\n\t/** Names in braces are fields of the input. */\n\
         \tpath: string;\n};\n\
         \n/** What is known of each procedure besides its types. `topics` are what it reads, or, of a mutation, writes. */\n\
         export const procedures = {\n",
    );
    for procedure in Procedure::ALL {
        let _ = writeln!(
            out,
            "\t{}: {{ kind: \"{}\", role: \"{}\", topics: {}, method: \"{}\", path: \"{}\" }},",
            procedure.name(),
            procedure.kind().as_str(),
            procedure.role().as_str(),
            list(procedure.topics()),
            procedure.method().as_str(),
            procedure.path(),
        );
    }
    out.push_str("} as const satisfies Record<ProcedureName, ProcedureFacts>;\n");
    out.push_str(
        "\n/** Which topics each event touches. None: it is only shown as it happens. */\nexport const touches = {\n",
    );
    for (event, topics) in TOUCHES {
        let _ = writeln!(out, "\t{event}: {},", list(topics));
    }
    out.push_str("} as const satisfies Record<Event[\"event\"], readonly Topic[]>;\n");
    Ok(out)
}

/// None of our figures is ever infinite or no number, so none is `null` in JSON: say `number`, as of whole numbers.
fn always_finite(shape: &mut DataType) {
    match shape {
        DataType::Primitive(figure @ (Primitive::f64 | Primitive::f32)) => *figure = Primitive::u32,
        DataType::Primitive(_) | DataType::Generic(_) | DataType::Reference(_) => {}
        DataType::List(list) => always_finite(&mut list.ty),
        DataType::Map(map) => always_finite(map.value_ty_mut()),
        DataType::Struct(fields) => always_finite_fields(&mut fields.fields),
        DataType::Enum(choice) => {
            choice.variants.iter_mut().for_each(|(_, variant)| always_finite_fields(&mut variant.fields));
        }
        DataType::Tuple(tuple) => tuple.elements.iter_mut().for_each(always_finite),
        DataType::Nullable(within) => always_finite(within),
        DataType::Intersection(parts) => parts.iter_mut().for_each(always_finite),
    }
}

fn always_finite_fields(fields: &mut Fields) {
    match fields {
        Fields::Unit => {}
        Fields::Unnamed(fields) => {
            fields.fields.iter_mut().filter_map(|field| field.ty.as_mut()).for_each(always_finite);
        }
        Fields::Named(fields) => {
            fields.fields.iter_mut().filter_map(|(_, field)| field.ty.as_mut()).for_each(always_finite);
        }
    }
}

fn list(topics: &[Topic]) -> String {
    let names: Vec<String> = topics.iter().map(|topic| format!("\"{}\"", topic.as_str())).collect();
    format!("[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_bindings_of_the_user_interface_are_those_of_the_api() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../src/api/bindings.ts");
        let now = bindings().expect("every type can be said in TypeScript");
        if std::env::var_os("UPDATE_BINDINGS").is_some() {
            std::fs::create_dir_all(file.parent().expect("it lies in a directory")).expect("the directory is made");
            std::fs::write(&file, &now).expect("the bindings are written");
        }
        let there = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            there == now,
            "src/api/bindings.ts is stale: run `UPDATE_BINDINGS=1 cargo test -p harness-api bindings`"
        );
    }
}
