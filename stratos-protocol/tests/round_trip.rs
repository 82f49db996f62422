//! No line makes the parser panic, and what it accepts it writes again unchanged in meaning.

use proptest::prelude::*;
use stratos_protocol::Message;

proptest! {
    #[test]
    fn any_line_is_parsed_or_refused(line in ".{0,200}") {
        let _ = Message::parse(&line);
    }

    #[test]
    fn what_was_parsed_is_written_the_same(
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
