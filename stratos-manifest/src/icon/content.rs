//! The content of an icon file, as rules see it.

/// The format and properties of an icon file, whatever its name says.
#[derive(Debug, Clone, PartialEq)]
pub enum IconContent {
    /// An empty file, or one of white space.
    Empty,
    /// A file that is too large to be inspected.
    TooLarge,
    /// A complete PNG.
    Png {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A damaged PNG, with the reason.
    BrokenPng(String),
    /// An SVG.
    Svg(Svg),
    /// A file with an `<svg` that is not well-formed XML, has another encoding than it declares, or exceeds a limit, with
    /// the reason.
    BrokenSvg(String),
    /// The pointer that Git LFS leaves in the place of a file that was not downloaded.
    GitLfsPointer,
    /// Another known format, with its article: `a JPEG image`.
    OtherFormat(&'static str),
    /// An unknown format.
    Unknown,
}

/// The properties of an SVG that rules check.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Svg {
    /// Width and height in pixels, or those of the view box; `None` if they depend on the context.
    pub size: Option<[f64; 2]>,
    /// The reason why a browser draws nothing, if there is one.
    pub blank: Option<&'static str>,
    /// Whether the root element is in the namespace of SVG; otherwise browsers show nothing.
    pub has_namespace: bool,
    /// Whether the root element is in another namespace.
    pub has_other_namespace: bool,
    /// Whether the SVG has styles for `prefers-color-scheme`, so that one file serves both themes.
    pub adapts_to_theme: bool,
    /// The document type declaration, if there is one.
    pub doctype: Option<Doctype>,
    /// Scripts, event handlers and other active content.
    pub active: Option<SvgMatches>,
    /// References to external resources.
    pub external: Option<SvgMatches>,
    /// Whether nested `<use>` elements expand to more elements than any icon needs.
    pub explodes: bool,
}

/// A document type declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doctype {
    /// A declaration without entities or attributes.
    Plain,
    /// A declaration of entities or attributes; the rest of the file was not inspected.
    WithDeclarations,
}

/// The matches of one kind in an SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SvgMatches {
    /// The source of the first match, up to 80 characters of its first line.
    pub first: String,
    /// The effect of the first match, such as "can run code"; empty for references to files that are loaded.
    pub effect: &'static str,
    /// The lines of the first five matches, counted from 1, without repetitions.
    pub lines: Vec<u32>,
    /// The number of all matches.
    pub count: usize,
}
