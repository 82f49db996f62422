use crate::{
    rules::prelude::*,
    syntax::{ParseError, ParseErrorKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for files saved as UTF-16 or UTF-32, with or without a byte order mark.
    ///
    /// ## Why is this bad?
    ///
    /// The shell reads UTF-8. PowerShell 5 writes UTF-16 whenever `>` or `Out-File` creates a file, which looks the
    /// same in an editor.
    ///
    /// ## Example
    ///
    /// ```text
    /// PS> $manifest | ConvertTo-Json > plugin.json
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// PS> $manifest | ConvertTo-Json | Set-Content -Encoding ascii plugin.json
    /// ```
    ///
    /// Or open the file in an editor, and save it with the encoding "UTF-8".
    "utf16-text" {
        summary: "the file is UTF-16 or UTF-32",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let help = "save the file again with the encoding \"UTF-8\"";
    for ParseError { span, kind } in &cx.manifest.errors {
        match kind {
            ParseErrorKind::Utf16 => {
                let finding = cx
                    .finding(span.clone(), "the file is saved as UTF-16")
                    .note("JSON is read as UTF-8; UTF-16 files often come from PowerShell's `>`")
                    .help(help)
                    .safe_fix(
                        decode_utf16_file(cx.manifest.source)
                            .map(|text| Edit::replace(0..cx.manifest.source.len(), text)),
                    );
                out.push(finding);
            }
            ParseErrorKind::Utf32 => out.push(
                cx.finding(span.clone(), "the file is saved as UTF-32")
                    .note("JSON is read as UTF-8")
                    .help(help),
            ),
            _ => {}
        }
    }
}

/// The decoded text without its byte order mark; `None` if the bytes are not UTF-16, or contain a NUL character.
fn decode_utf16_file(source: &[u8]) -> Option<String> {
    let (units, rest) = source.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let is_little = match units.first()? {
        [0xff, 0xfe] => true,
        [0xfe, 0xff] => false,
        [_, second] => *second == 0,
    };
    let decode = if is_little {
        u16::from_le_bytes
    } else {
        u16::from_be_bytes
    };
    let units = units.iter().map(|unit| decode(*unit));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    let text = text.ok().filter(|text| !text.contains('\0'))?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders_are_decoded_and_invalid_text_is_refused() {
        for (source, expected) in [
            (&b"\xff\xfe{\0\xe4\0"[..], Some("{ä")),
            (b"\xfe\xff\0{", Some("{")),
            (b"{\0}\0", Some("{}")),
            (b"\0{\0}", Some("{}")),
            (b"\xff\xfe{\0\0", None),
            (b"\xff\xfe\0\xd8", None),
            (b"{\0\0\0", None),
            (b"", None),
        ] {
            assert_eq!(decode_utf16_file(source).as_deref(), expected, "{source:?}");
        }
    }
}
