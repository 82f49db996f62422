//! Check of one manifest, with or without fixes.

use std::borrow::Cow;

use stratos_manifest::{
    FactsCache, FixedManifest, ParsedManifest, Report, Safety, apply_fixes,
    retain_applicable_fixes, suppress,
};

use crate::error::Error;
use crate::lint::catch_panic::catch_panic;
use crate::lint::unit::Unit;
use crate::lint::write_fix::write_fix;

/// Treatment of the fixes of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FixMode {
    /// Report that they are available.
    Off,
    /// Print them as a patch.
    Diff(Safety),
    /// Write them to the files.
    Write(Safety),
}

/// Result of checking one manifest.
#[derive(Debug)]
pub(super) struct UnitResult<'s> {
    /// Contents that the report is about, which include fixes that were written.
    pub(super) source: Cow<'s, [u8]>,
    pub(super) report: Report,
    /// Fixes that were written or are to be shown.
    pub(super) fixed: Option<FixedManifest>,
    /// Error of writing the fixes.
    pub(super) write_error: Option<Error>,
    /// Number of findings that each exception of the settings suppressed, in the order of the exceptions.
    pub(super) suppressed: Vec<usize>,
}

/// Reads a manifest again, which the fixes of another unit may have changed, and checks it without fixing it.
pub(super) fn check_again<'s>(unit: &Unit<'s>) -> Result<UnitResult<'s>, Error> {
    catch_panic(&unit.target.path, || {
        let source = unit.target.read()?;
        let mut check = ManifestCheck::new(unit);
        let checked = check.run(&ParsedManifest::parse(&source));
        let mut result = UnitResult::new(source.into(), checked);
        retain_fixes(&mut check, &mut result);
        Ok(result)
    })
}

/// Checks a manifest and applies its fixes.
pub(super) fn check_and_fix<'s>(unit: &Unit<'s>, mode: FixMode) -> Result<UnitResult<'s>, Error> {
    catch_panic(&unit.target.path, || {
        let mut check = ManifestCheck::new(unit);
        let checked = check.run(&unit.manifest);
        let mut result = UnitResult::new(unit.bytes.into(), checked);
        fix(&mut check, mode, &mut result);
        retain_fixes(&mut check, &mut result);
        Ok(result)
    })
}

impl<'s> UnitResult<'s> {
    fn new(source: Cow<'s, [u8]>, (report, suppressed): (Report, Vec<usize>)) -> Self {
        Self {
            source,
            report,
            fixed: None,
            write_error: None,
            suppressed,
        }
    }

    fn has_fixes(&self) -> bool {
        let mut findings = self.report.diagnostics.iter();
        findings.any(|finding| finding.fix.is_some())
    }
}

fn fix(check: &mut ManifestCheck<'_>, mode: FixMode, result: &mut UnitResult<'_>) {
    let (FixMode::Diff(safety) | FixMode::Write(safety)) = mode else {
        return;
    };
    if !result.has_fixes() {
        return;
    }
    let fixed = apply_fixes(&result.source, safety, |manifest| check.run(manifest).0);
    if fixed.applied.is_empty() {
        return;
    }
    if matches!(mode, FixMode::Write(_)) {
        if let Err(error) = write_fix(check.unit.target, &result.source, &fixed.source) {
            result.write_error = Some(error);
            return;
        }
        (result.report, result.suppressed) = check.run(&ParsedManifest::parse(&fixed.source));
        result.source = fixed.source.clone().into();
    }
    result.fixed = Some(fixed);
}

/// Keeps the fixes in the report that `--fix` or `--unsafe-fixes` would apply. Neither writes into a zip.
fn retain_fixes(check: &mut ManifestCheck<'_>, result: &mut UnitResult<'_>) {
    if check.unit.target.is_in_bundle() {
        let findings = result.report.diagnostics.iter_mut();
        return findings.for_each(|finding| finding.fix = None);
    }
    if !result.has_fixes() {
        return;
    }
    let manifest = ParsedManifest::parse(&result.source);
    retain_applicable_fixes(&mut result.report, &manifest, |manifest| {
        check.run(manifest).0
    });
}

/// Checks of the contents of one manifest, before and after fixes.
struct ManifestCheck<'u> {
    unit: &'u Unit<'u>,
    facts: FactsCache<'u>,
}

impl<'u> ManifestCheck<'u> {
    fn new(unit: &'u Unit<'_>) -> Self {
        Self {
            unit,
            facts: FactsCache::new(unit.target.folder()),
        }
    }

    /// Returns the findings that no exception suppresses, and the number of findings that each exception suppressed.
    fn run(&mut self, manifest: &ParsedManifest<'_>) -> (Report, Vec<usize>) {
        let Unit {
            target,
            settings,
            tags,
            similar_plugins,
            ..
        } = self.unit;
        // Exceptions name the plugin by the id that the file has without fixes.
        let plugin = self.unit.manifest.id();
        let mut facts = self.facts.collect(manifest);
        facts.file_name = target.file_name().map(str::to_owned);
        facts.is_bundle = target.is_in_bundle();
        facts.folder_name = target.folder_name().map(str::to_owned);
        facts.tags = tags.of(target, plugin, manifest.version());
        facts.similar_plugins.clone_from(similar_plugins);
        let mut report = settings.linter.check_parsed(manifest, &facts);
        let suppressed = suppress(&mut report, &settings.exceptions, plugin);
        (report, suppressed)
    }
}
