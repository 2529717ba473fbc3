//! Stacks whose checks have one obvious form.

use super::{Found, place::Place};
use harness_domain::evidence::CheckKind::{Build, Lint, Test, TypeCheck};

pub(super) fn detect(place: &Place, found: &mut Found<'_>) {
    go(place, found);
    maven(place, found);
    gradle(place, found);
    ruby(place, found);
    php(place, found);
    dotnet(place, found);
}

fn go(place: &Place, found: &mut Found<'_>) {
    if place.has_file("go.mod") && found.needs(place, "go.mod", "go") {
        found.add(place, Lint, "go vet ./...", "go.mod");
        // A single program would otherwise be written into the project.
        found.add(place, Build, "go build -o /dev/null ./...", "go.mod");
        found.add(place, Test, "go test ./...", "go.mod");
    }
}

fn maven(place: &Place, found: &mut Found<'_>) {
    if !place.has_file("pom.xml") {
        return;
    }
    let program = if place.has_file("mvnw") { "./mvnw" } else { "mvn" };
    if program == "./mvnw" || found.needs(place, "pom.xml", "mvn") {
        found.add(place, Build, format!("{program} -o -B compile"), "pom.xml");
        found.add(place, Test, format!("{program} -o -B test"), "pom.xml");
    }
}

fn gradle(place: &Place, found: &mut Found<'_>) {
    let files = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];
    let Some(file) = files.into_iter().find(|file| place.has_file(file)) else { return };
    let program = if place.has_file("gradlew") { "./gradlew" } else { "gradle" };
    if program == "./gradlew" || found.needs(place, file, "gradle") {
        // Its background process would be killed with the check, so starting one only costs time.
        found.add(place, Build, format!("{program} --offline --no-daemon classes"), file);
        found.add(place, Test, format!("{program} --offline --no-daemon test"), file);
    }
}

fn ruby(place: &Place, found: &mut Found<'_>) {
    let gems = place.read("Gemfile");
    let has_specs = place.has_file(".rspec") || place.has_dir("spec") && (gems.is_some() || place.has_file("Rakefile"));
    let has_tests = place.has_file("Rakefile") && place.has_dir("test");
    if gems.is_none() && !has_specs && !has_tests {
        return;
    }
    if !found.needs(place, if gems.is_some() { "Gemfile" } else { "Rakefile" }, "ruby") {
        return;
    }
    let prefix = if gems.is_some() { "bundle exec " } else { "" };
    if place.has_file(".rubocop.yml") && gems.as_ref().is_some_and(|gems| gems.contains("rubocop")) {
        found.add(place, Lint, "bundle exec rubocop", ".rubocop.yml");
    }
    if has_specs {
        found.add(place, Test, format!("{prefix}rspec"), "spec");
    } else if place.has_file("bin/rails") && place.has_dir("test") {
        found.add(place, Test, "bin/rails test", "test");
    } else if has_tests {
        found.add(place, Test, format!("{prefix}rake test"), "Rakefile");
    }
}

fn php(place: &Place, found: &mut Found<'_>) {
    let composer = place.read("composer.json");
    let phpunit = ["phpunit.xml", "phpunit.xml.dist"].into_iter().find(|file| place.has_file(file));
    if composer.is_none() && phpunit.is_none() || !found.needs(place, phpunit.unwrap_or("composer.json"), "php") {
        return;
    }
    if place.has_any_file(&["phpstan.neon", "phpstan.neon.dist"]) && place.has_file("vendor/bin/phpstan") {
        found.add(place, TypeCheck, "vendor/bin/phpstan analyse --no-progress", "phpstan.neon");
    }
    let script = composer
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|composer| Some(composer.get("scripts")?.get("test")?.as_str().unwrap_or("(several)").to_owned()));
    if place.has_file("vendor/bin/pest") {
        found.add(place, Test, "vendor/bin/pest", "vendor/bin/pest");
    } else if let Some(file) = phpunit {
        found.add(place, Test, "vendor/bin/phpunit", file);
    } else if let Some(script) = script
        && found.accepts(place, Test, "composer.json scripts.test", &script)
    {
        found.add(place, Test, "composer test", "composer.json scripts.test");
    }
}

fn dotnet(place: &Place, found: &mut Found<'_>) {
    let is_project = |name: &str| [".sln", ".slnx", ".csproj", ".fsproj"].iter().any(|ending| name.ends_with(ending));
    if place.has_file_like("", is_project) && found.needs(place, ".NET project", "dotnet") {
        found.add(place, Build, "dotnet build --nologo", ".NET project");
        found.add(place, Test, "dotnet test --nologo", ".NET project");
    }
}
