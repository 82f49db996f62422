//! File formats of other tools that are easily taken for the manifest of a plugin, and the keys that identify them.

/// A file format that is not the manifest of a Stratos plugin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForeignFormat {
    /// The description in messages.
    pub(crate) what: &'static str,
    /// The file's name, or its folder and name; `None` if unrelated files have the same name.
    pub(crate) file: Option<&'static str>,
    /// Part of the address in `$schema`; `None` if the format has no schema.
    pub(crate) schema: Option<&'static str>,
    /// Key paths that plugin authors do not write by mistake, such as `engines.vscode`.
    pub(crate) unique_keys: &'static [&'static str],
    /// Whether files of this format have an `id`, and no `version`. In other files with an `id`, only the unique keys count.
    pub(crate) has_id: bool,
    /// Keys that may also be mistakes in a plugin manifest.
    pub(crate) typical_keys: &'static [&'static str],
    /// Words that other formats use, too. Two of them identify the format.
    pub(crate) common_keys: &'static [&'static str],
}

/// A format that nothing identifies, as the base of the others.
pub(crate) const UNKNOWN_FORMAT: ForeignFormat = ForeignFormat {
    what: "a file of another program",
    file: None,
    schema: None,
    unique_keys: &[],
    has_id: false,
    typical_keys: &[],
    common_keys: &[],
};

/// The known formats. The first match counts: the manifest of a simulator package has the key `dependencies`, too.
pub(crate) const FOREIGN_FORMATS: &[ForeignFormat] = &[
    ForeignFormat {
        what: "the manifest of a simulator package",
        unique_keys: &[
            "minimum_game_version",
            "package_version",
            "total_package_size",
        ],
        common_keys: &["content_type", "creator", "manufacturer"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a browser extension",
        unique_keys: &["manifest_version", "background.service_worker"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a web app",
        unique_keys: &["start_url"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Grafana plugin",
        schema: Some("grafana"),
        unique_keys: &[
            "dependencies.grafanaDependency",
            "dependencies.grafanaVersion",
            "info.logos",
            "info.screenshots",
        ],
        has_id: true,
        common_keys: &["type", "info"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Raycast extension",
        schema: Some("raycast.com"),
        unique_keys: &["dependencies.@raycast/api"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a VS Code extension",
        unique_keys: &["engines.vscode", "activationEvents"],
        common_keys: &["contributes", "publisher"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the `package.json` of a Backstage plugin",
        unique_keys: &["backstage"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the `package.json` of an Insomnia plugin",
        unique_keys: &["insomnia"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a SiYuan plugin",
        unique_keys: &["disabledInPublish"],
        common_keys: &["frontends", "backends"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of an Obsidian plugin",
        unique_keys: &["minAppVersion", "isDesktopOnly"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Binary Ninja plugin",
        unique_keys: &[
            "pluginmetadataversion",
            "minimumbinaryninjaversion",
            "minimumBinaryNinjaVersion",
            "plugin.minimumBinaryNinjaVersion",
        ],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Figma plugin",
        unique_keys: &[
            "editorType",
            "networkAccess.allowedDomains",
            "documentAccess",
            "relaunchButtons",
        ],
        has_id: true,
        common_keys: &["api", "ui"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a PowerToys Run plugin",
        unique_keys: &["DynamicLoading", "IcoPathLight", "IcoPathDark"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Wox plugin",
        unique_keys: &["TriggerKeywords", "MinWoxVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Flow Launcher plugin",
        unique_keys: &[
            "ActionKeyword",
            "ActionKeywords",
            "ExecuteFileName",
            "IcoPath",
        ],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Mattermost plugin",
        unique_keys: &[
            "min_server_version",
            "server.executables",
            "server.executable",
            "webapp.bundle_path",
        ],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a NodeBB plugin",
        unique_keys: &["staticDirs", "acpScripts"],
        has_id: true,
        common_keys: &["library", "hooks", "templates"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Decky plugin",
        unique_keys: &["publish.tags", "publish.image"],
        common_keys: &["flags", "api_version"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of an Acode plugin",
        unique_keys: &["minVersionCode"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a uTools plugin",
        common_keys: &["features", "preload", "logo", "pluginSetting"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Minecraft add-on",
        unique_keys: &["header.min_engine_version", "header.uuid"],
        common_keys: &["format_version", "header", "modules"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a VCV Rack plugin",
        common_keys: &[
            "slug",
            "modules",
            "brand",
            "pluginUrl",
            "sourceUrl",
            "manualUrl",
        ],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of an MCreator plugin",
        unique_keys: &["supportedversions"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Mindustry plugin",
        unique_keys: &["minGameVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Duet plugin",
        unique_keys: &["dwcVersion", "sbcRequired", "rrfVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Home Assistant integration",
        unique_keys: &["codeowners", "iot_class", "integration_type", "config_flow"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "a plugin's configuration for Kong",
        common_keys: &["protocols", "config"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Stream Deck plugin",
        unique_keys: &["CodePath", "SDKVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Sketch plugin",
        unique_keys: &["disableCocoaScriptPreprocessor", "bundleVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Kibana plugin",
        unique_keys: &["kibanaVersion", "requiredPlugins"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Zendesk app",
        unique_keys: &["frameworkVersion"],
        common_keys: &["defaultLocale", "location"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of an Adobe plugin or a Teams app",
        unique_keys: &["manifestVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a ChatGPT plugin",
        unique_keys: &["name_for_model", "name_for_human"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a WordPress block",
        unique_keys: &["textdomain", "editorScript"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a KDE plugin",
        unique_keys: &["KPlugin"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Claude plugin",
        file: Some(".claude-plugin/plugin.json"),
        schema: Some("claude-code"),
        unique_keys: &["mcpServers", "lspServers", "outputStyles"],
        typical_keys: &["skills"],
        common_keys: &["agents", "hooks"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of an agent plugin",
        schema: Some("agent-plugins"),
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Codex plugin",
        file: Some(".codex-plugin/plugin.json"),
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of a Cursor plugin",
        file: Some(".cursor-plugin/plugin.json"),
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "npm's lock file",
        file: Some("package-lock.json"),
        unique_keys: &["lockfileVersion"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "npm's `package.json`",
        file: Some("package.json"),
        typical_keys: &[
            "scripts",
            "devDependencies",
            "peerDependencies",
            "packageManager",
        ],
        common_keys: &["dependencies", "main", "exports", "workspaces"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "a TypeScript configuration",
        file: Some("tsconfig.json"),
        unique_keys: &["compilerOptions"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "a JavaScript project configuration",
        file: Some("jsconfig.json"),
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "a Deno configuration",
        file: Some("deno.json"),
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "PHP's `composer.json`",
        file: Some("composer.json"),
        unique_keys: &["autoload.psr-4", "autoload.classmap", "autoload.files"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "the manifest of another program's module",
        file: Some("module.json"),
        typical_keys: &["esmodules"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "a JSON Schema",
        schema: Some("json-schema.org"),
        typical_keys: &["$defs"],
        common_keys: &["type", "definitions", "properties"],
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "Cargo's manifest",
        file: Some("Cargo.toml"),
        ..UNKNOWN_FORMAT
    },
    ForeignFormat {
        what: "Cargo's lock file",
        file: Some("Cargo.lock"),
        ..UNKNOWN_FORMAT
    },
];
