//! Folders with plugins without findings.

use std::fs;

use serde_json::json;

/// Creates a folder with this many plugins, twenty in each subfolder.
pub(crate) fn plugins(count: usize) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    for number in 0..count {
        let folder = match count {
            1 => root.path().to_owned(),
            _ => root.path().join(format!("{}/{number}", number / 20)),
        };
        fs::create_dir_all(folder.join("assets")).expect("a folder");
        for (theme, colour) in [("light", "#123"), ("dark", "#eee")] {
            let icon = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="{colour}" d="M4 4h16v16H4z"/></svg>"#
            );
            fs::write(folder.join(format!("assets/icon-{theme}.svg")), icon).expect("an icon");
        }
        let manifest = json!({
            "id": format!("fuel-check-{number}"),
            "name": format!("Fuel check {number}"),
            "version": "1.4.2",
            "description": "Compares the fuel on board with the plan.",
            "type": "user",
            "author": { "id": "jane-doe", "name": "Jane Doe" },
            "icon_light": "icon-light.svg",
            "icon_dark": "icon-dark.svg",
            "availableSettings": [
                { "key": "unit", "name": "Unit", "type": "radio", "scope": "user", "default": "kg",
                  "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }] },
                { "key": "limit", "name": "Limit", "type": "range", "scope": "user", "min": 0, "max": 100, "step": 5 }
            ]
        });
        let text = serde_json::to_string_pretty(&manifest).expect("a manifest");
        fs::write(folder.join("plugin.json"), text).expect("a manifest");
    }
    root
}
