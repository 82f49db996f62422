//! What is known about an icon's file.

/// A file that the manifest names as an icon.
#[derive(Debug, Clone, PartialEq)]
pub struct IconFact {
    /// Its size.
    pub bytes: u64,
    /// The same for files with the same content.
    pub fingerprint: u64,
    /// What it holds.
    pub image: Image,
}

/// What the bytes of an icon's file are.
#[derive(Debug, Clone, PartialEq)]
pub enum Image {
    /// There are none.
    Empty,
    /// Too many to read.
    Unread,
    /// A PNG that is complete; its pixels are never decoded.
    Png {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// The start of a PNG, and what is wrong with the rest.
    BrokenPng(&'static str),
    /// An SVG.
    Svg(Svg),
    /// Something with an `<svg` in it that is not XML, or has far too much of something: what the parser says.
    BrokenSvg(String),
    /// What Git leaves in the place of a large file that was not downloaded.
    GitLfsPointer,
    /// Something else that is known by its first bytes, with its article: `a JPEG image`.
    Other(&'static str),
    /// Nothing that is known.
    Unknown,
}

/// What matters in an SVG.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Svg {
    /// Width and height, if they can be told.
    pub size: Option<[f64; 2]>,
    /// Whether its elements are SVG's: without the namespace they are any XML.
    pub has_namespace: bool,
    /// Whether its elements are something else's, by a wrong `xmlns`.
    pub has_other_namespace: bool,
    /// Whether it asks for the colour scheme itself, and so looks different in each theme.
    pub adapts_to_theme: bool,
    /// Its document type declaration.
    pub doctype: Option<Doctype>,
    /// What would run.
    pub active: Option<InSvg>,
    /// What would be loaded from elsewhere.
    pub external: Option<InSvg>,
    /// Whether copies of copies make it very many elements.
    pub explodes: bool,
}

/// A document type declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doctype {
    /// It names the language only.
    Plain,
    /// It declares entities or attributes; nobody looked into what comes after it.
    WithDeclarations,
}

/// Some things of one kind in an SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InSvg {
    /// The first, as the file writes it, shortened; empty where that differs from what it means.
    pub what: String,
    /// What it can do, if that is not plain.
    pub why: &'static str,
    /// The lines of the first few, counted from 1, each once.
    pub lines: Vec<u32>,
    /// How many there are.
    pub count: usize,
}
