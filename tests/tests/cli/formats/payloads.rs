//! Texts of hostile manifests.

/// About a hundred texts that terminals or CI services would interpret if printed raw.
pub fn all() -> Vec<String> {
    let separators = ["\n", "\r\n", "%0A", "\u{2028}", "\u{85}"];
    let broken = COMMANDS
        .iter()
        .flat_map(|command| separators.map(|separator| format!("a{separator}{command}")));
    let plain = COMMANDS
        .iter()
        .chain(&OTHERS)
        .map(|text| (*text).to_owned());
    let long = [
        "A".repeat(20_000),
        "::error::".repeat(500),
        "##[group]".repeat(500),
        "\u{1b}[1m".repeat(500),
    ];
    broken.chain(plain).chain(long).collect()
}

const COMMANDS: [&str; 14] = [
    "::set-output name=a::b",
    "::add-mask::a",
    "::stop-commands::a",
    "::error file=a,line=1::b",
    "::group::a",
    " ::add-path::/a",
    "::set-env name=A::b",
    "##[group]a",
    "##[stop-commands]a",
    "###[error]a",
    "##vso[task.setvariable variable=a]b",
    "##vso[task.complete result=Succeeded;]",
    "##teamcity[buildStatus text='a']",
    "section_start:0:a\r\u{1b}[0Kb",
];

const OTHERS: [&str; 34] = [
    "\u{1b}[31mred",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;https://example.com\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;YQ==\u{7}",
    "\u{9b}31mred",
    "\u{9d}0;title\u{9c}",
    "a\0b",
    "a\u{8}\u{8}b",
    "a\u{b}b\u{c}c",
    "a\u{7f}b",
    "\u{202e}nosj.nigulp",
    "\u{2066}a\u{2069}",
    "a\u{200b}\u{200d}b",
    "\u{61c}a",
    "\u{feff}a",
    "a\u{2029}b",
    "a\u{e0041}\u{e007f}b",
    "[a](https://example.com)",
    "[a](1)",
    "\\[a](1)",
    "![a](https://example.com/a.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details><h1>a</h1>",
    "`]`",
    "{0}",
    "{{a}}",
    "a,line=1,title=b::c",
    "a%25%0D%0A%3A%2C",
    "\"}]}],\"runs\":[{\"a\":\"",
    "--format=json",
    "a\u{fffd}\u{fffe}\u{ffff}b",
    "javascript:alert(1)//é🛩",
];
