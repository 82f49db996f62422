//! The attributes that run code at an event.

/// The starts of the names of events with several kinds, such as `mousedown` and `mouseup`.
const FAMILIES: &[&str] = &[
    "animation",
    "device",
    "drag",
    "focus",
    "fullscreen",
    "gamepad",
    "key",
    "mouse",
    "moz",
    "pointer",
    "scroll",
    "touch",
    "transition",
    "webkit",
    "wheel",
];

/// The names of the other events of HTML, SVG and SMIL.
const EVENTS: &[&str] = &[
    "abort",
    "activate",
    "afterprint",
    "auxclick",
    "beforecopy",
    "beforecut",
    "beforeinput",
    "beforematch",
    "beforepaste",
    "beforeprint",
    "beforetoggle",
    "beforeunload",
    "beforexrselect",
    "begin",
    "blur",
    "cancel",
    "canplay",
    "canplaythrough",
    "change",
    "click",
    "close",
    "command",
    "contextlost",
    "contextmenu",
    "contextrestored",
    "copy",
    "cuechange",
    "cut",
    "dblclick",
    "drop",
    "durationchange",
    "emptied",
    "end",
    "ended",
    "error",
    "formdata",
    "gotpointercapture",
    "hashchange",
    "input",
    "invalid",
    "languagechange",
    "load",
    "loadeddata",
    "loadedmetadata",
    "loadend",
    "loadstart",
    "lostpointercapture",
    "message",
    "messageerror",
    "offline",
    "online",
    "pagehide",
    "pagereveal",
    "pageshow",
    "pageswap",
    "paste",
    "pause",
    "play",
    "playing",
    "popstate",
    "progress",
    "ratechange",
    "readystatechange",
    "rejectionhandled",
    "repeat",
    "reset",
    "resize",
    "search",
    "securitypolicyviolation",
    "seeked",
    "seeking",
    "select",
    "selectionchange",
    "selectstart",
    "show",
    "slotchange",
    "stalled",
    "storage",
    "submit",
    "suspend",
    "timeupdate",
    "toggle",
    "unhandledrejection",
    "unload",
    "volumechange",
    "waiting",
    "zoom",
];

/// Whether the attribute, in lower case, is an event handler such as `onload`. Other attributes start with `on`, too.
pub(super) fn is_event_handler(name: &str) -> bool {
    name.strip_prefix("on").is_some_and(|event| {
        EVENTS.contains(&event) || FAMILIES.iter().any(|family| event.starts_with(family))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_events_are_handlers() {
        for name in [
            "onload",
            "onclick",
            "onmousedown",
            "onbegin",
            "onfocusin",
            "onwheel",
            "onkeyup",
            "ondevicemotion",
            "ongamepadconnected",
            "onmozfullscreenchange",
        ] {
            assert!(is_event_handler(name), "{name}");
        }
        for name in ["one", "on", "once", "only", "onyx", "onto", "load", "click"] {
            assert!(!is_event_handler(name), "{name}");
        }
    }
}
