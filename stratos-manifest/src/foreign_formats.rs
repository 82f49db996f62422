//! File formats of other tools that are easily taken for the manifest of a plugin, and the keys that identify them.

/// A file format that is not the manifest of a Stratos plugin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForeignFormat {
    /// The file's name, or its folder and name; `None` if unrelated files have the same name.
    pub(crate) file: Option<&'static str>,
    /// The description in messages.
    pub(crate) what: &'static str,
    /// Part of the address in `$schema`; `None` if the format has no schema.
    pub(crate) schema: Option<&'static str>,
    /// Key paths that plugin authors do not write by mistake, such as `engines.vscode`.
    pub(crate) unique_keys: &'static [&'static str],
    /// Keys that may also be mistakes in a plugin manifest. They count in a file without an `id`.
    pub(crate) typical_keys: &'static [&'static str],
    /// Words that other formats use, too. Two of them identify the format.
    pub(crate) general_keys: &'static [&'static str],
}

const fn manifest(what: &'static str, unique_keys: &'static [&'static str]) -> ForeignFormat {
    ForeignFormat {
        file: None,
        what,
        schema: None,
        unique_keys,
        typical_keys: &[],
        general_keys: &[],
    }
}

const fn named(file: &'static str, what: &'static str) -> ForeignFormat {
    manifest(what, &[]).file(file)
}

impl ForeignFormat {
    const fn file(mut self, file: &'static str) -> Self {
        self.file = Some(file);
        self
    }

    const fn schema(mut self, schema: &'static str) -> Self {
        self.schema = Some(schema);
        self
    }

    const fn unique(mut self, keys: &'static [&'static str]) -> Self {
        self.unique_keys = keys;
        self
    }

    const fn typical(mut self, keys: &'static [&'static str]) -> Self {
        self.typical_keys = keys;
        self
    }

    const fn general(mut self, keys: &'static [&'static str]) -> Self {
        self.general_keys = keys;
        self
    }
}

/// The known formats. The first match counts: the manifest of a simulator package has the key `dependencies`, too.
pub(crate) const FOREIGN_FORMATS: &[ForeignFormat] = &[
    manifest(
        "the manifest of a simulator package",
        &[
            "content_type",
            "minimum_game_version",
            "package_version",
            "total_package_size",
        ],
    ),
    manifest(
        "the manifest of a browser extension",
        &["manifest_version", "background.service_worker"],
    ),
    manifest("the manifest of a web app", &["start_url"]),
    manifest(
        "the manifest of a Grafana plugin",
        &[
            "dependencies.grafanaDependency",
            "dependencies.grafanaVersion",
            "info.logos",
            "info.screenshots",
        ],
    )
    .schema("grafana"),
    manifest(
        "the manifest of a Raycast extension",
        &["dependencies.@raycast/api"],
    )
    .schema("raycast.com"),
    manifest(
        "the manifest of a VS Code extension",
        &["engines.vscode", "activationEvents"],
    )
    .general(&["contributes", "publisher"]),
    manifest("the `package.json` of a Backstage plugin", &["backstage"]),
    manifest("the `package.json` of an Insomnia plugin", &["insomnia"]),
    manifest(
        "the manifest of a SiYuan plugin",
        &["frontends", "backends", "disabledInPublish"],
    ),
    manifest(
        "the manifest of an Obsidian plugin",
        &["minAppVersion", "isDesktopOnly"],
    ),
    manifest(
        "the manifest of a Binary Ninja plugin",
        &[
            "pluginmetadataversion",
            "minimumbinaryninjaversion",
            "minimumBinaryNinjaVersion",
            "plugin.minimumBinaryNinjaVersion",
        ],
    ),
    manifest(
        "the manifest of a Figma plugin",
        &[
            "editorType",
            "networkAccess",
            "documentAccess",
            "relaunchButtons",
        ],
    )
    .general(&["api", "ui"]),
    manifest(
        "the manifest of a PowerToys Run plugin",
        &["DynamicLoading", "IcoPathLight", "IcoPathDark"],
    ),
    manifest(
        "the manifest of a Wox plugin",
        &["TriggerKeywords", "MinWoxVersion"],
    ),
    manifest(
        "the manifest of a Flow Launcher plugin",
        &[
            "ActionKeyword",
            "ActionKeywords",
            "ExecuteFileName",
            "IcoPath",
        ],
    ),
    manifest(
        "the manifest of a Mattermost plugin",
        &[
            "min_server_version",
            "server.executables",
            "server.executable",
            "webapp.bundle_path",
        ],
    ),
    manifest(
        "the manifest of a NodeBB plugin",
        &["staticDirs", "acpScripts"],
    )
    .general(&["library", "hooks", "templates"]),
    manifest(
        "the manifest of a Decky plugin",
        &["publish.tags", "publish.image"],
    )
    .typical(&["flags"]),
    manifest("the manifest of an Acode plugin", &["minVersionCode"]),
    manifest("the manifest of a uTools plugin", &[]).typical(&["features"]),
    manifest(
        "the manifest of a VCV Rack plugin",
        &["pluginUrl", "sourceUrl"],
    )
    .typical(&["modules", "brand"]),
    manifest("the manifest of an MCreator plugin", &["supportedversions"]),
    manifest("the manifest of a Mindustry plugin", &["minGameVersion"]),
    manifest(
        "the manifest of a Duet plugin",
        &["dwcVersion", "sbcRequired", "rrfVersion"],
    ),
    manifest(
        "the manifest of a Home Assistant integration",
        &["codeowners", "iot_class", "integration_type", "config_flow"],
    ),
    manifest("a plugin's configuration for Kong", &[]).typical(&["protocols"]),
    manifest(
        "the manifest of a Stream Deck plugin",
        &["CodePath", "SDKVersion"],
    ),
    manifest(
        "the manifest of a Sketch plugin",
        &["disableCocoaScriptPreprocessor", "bundleVersion"],
    ),
    manifest(
        "the manifest of a Kibana plugin",
        &["kibanaVersion", "requiredPlugins"],
    ),
    manifest(
        "the manifest of a Zendesk app",
        &["frameworkVersion", "defaultLocale"],
    ),
    manifest(
        "the manifest of an Adobe plugin or a Teams app",
        &["manifestVersion"],
    ),
    manifest(
        "the manifest of a ChatGPT plugin",
        &["name_for_model", "name_for_human"],
    ),
    manifest(
        "the manifest of a WordPress block",
        &["textdomain", "editorScript"],
    ),
    manifest("the manifest of a KDE plugin", &["KPlugin"]),
    manifest(
        "the manifest of a Claude plugin",
        &["mcpServers", "lspServers", "outputStyles"],
    )
    .file(".claude-plugin/plugin.json")
    .schema("claude-code")
    .typical(&["skills", "agents", "hooks"]),
    manifest("the manifest of an agent plugin", &[]).schema("agent-plugins"),
    named(
        ".codex-plugin/plugin.json",
        "the manifest of a Codex plugin",
    ),
    named(
        ".cursor-plugin/plugin.json",
        "the manifest of a Cursor plugin",
    ),
    named("package-lock.json", "npm's lock file").unique(&["lockfileVersion"]),
    named("package.json", "npm's `package.json`").typical(&[
        "scripts",
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "main",
        "exports",
        "workspaces",
        "packageManager",
    ]),
    named("tsconfig.json", "a TypeScript configuration").unique(&["compilerOptions"]),
    named("jsconfig.json", "a JavaScript project configuration"),
    named("deno.json", "a Deno configuration"),
    named("composer.json", "PHP's `composer.json`").unique(&[
        "autoload.psr-4",
        "autoload.classmap",
        "autoload.files",
    ]),
    named("module.json", "the manifest of another program's module").typical(&["esmodules"]),
    manifest("a JSON Schema", &[])
        .schema("json-schema.org")
        .typical(&["$defs", "definitions", "properties"]),
    named("Cargo.toml", "Cargo's manifest"),
    named("Cargo.lock", "Cargo's lock file"),
];
