//! Property tests of the message parser.

use proptest::prelude::*;
use stratos_protocol::Message;

proptest! {
    #[test]
    fn parse_never_panics(line in ".{0,200}") {
        let _ = Message::parse(&line);
    }

    #[test]
    fn a_parsed_message_is_written_unchanged(
        id in any::<u64>(),
        method in "[a-z/_]{1,20}",
        text in ".{0,40}",
    ) {
        let params = serde_json::json!({ "text": text });
        let line = serde_json::json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let first = Message::parse(&line.to_string()).unwrap().to_line();
        let again = Message::parse(&first).unwrap().to_line();
        prop_assert_eq!(&first, &again);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&first).unwrap(), line);
        prop_assert!(!first.contains('\n'));
    }
}
