//! The editor command of the settings, as a program with its arguments.

use std::path::Path;

/// `command` as words, with `{path}` and `{line}` filled in; without `{path}` the path comes last.
///
/// No shell reads it: a path with a quote or a dollar sign in it is still one argument, and only one. Fails with the end
/// of a sentence when it cannot be read.
pub fn fill(command: &str, path: &Path, line: Option<u32>) -> Result<(String, Vec<String>), String> {
    let words = shell_words::split(command).map_err(|_| "has a quote that is not closed.".to_owned())?;
    let path = path.to_string_lossy();
    let line = line.unwrap_or(1).to_string();
    let mut words = words.into_iter();
    let program = words.next().ok_or("is empty.")?;
    let mut has_path = false;
    let mut args: Vec<String> = words
        .map(|word| {
            has_path |= word.contains("{path}");
            // The line first: a path may itself contain the letters `{line}`.
            word.replace("{line}", &line).replace("{path}", &path)
        })
        .collect();
    if !has_path {
        args.push(path.into_owned());
    }
    Ok((program, args))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(command: &str, path: &str, line: Option<u32>) -> (String, Vec<String>) {
        fill(command, Path::new(path), line).expect("it can be read")
    }

    #[test]
    fn the_path_and_the_line_go_where_the_command_wants_them() {
        let (program, args) = filled("code --goto {path}:{line}", "/p/a.ts", Some(7));
        assert_eq!((program.as_str(), args), ("code", vec!["--goto".to_owned(), "/p/a.ts:7".into()]));
        assert_eq!(
            filled("'/opt/my editor' +{line}", "/p/a", None),
            ("/opt/my editor".into(), vec!["+1".into(), "/p/a".into()])
        );
    }

    #[test]
    fn a_path_stays_one_argument_whatever_is_in_its_name() {
        let path = "/p/$(touch x) '; {line} é";
        assert_eq!(filled("vim {path}", path, Some(3)).1, [path], "no shell reads it, and nothing in it is filled in");
    }

    #[test]
    fn a_command_that_cannot_be_read_is_refused() {
        assert!(fill("code '", Path::new("/p"), None).is_err());
        assert!(fill("   ", Path::new("/p"), None).is_err());
    }
}
