//! Writing XML: whatever a text holds, what comes out is well-formed.

use std::borrow::Cow;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// XML that is being written.
pub struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// Begins a document.
    pub fn new() -> Self {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
        write(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        Self(writer)
    }

    /// Begins an element with these attributes.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        write(&mut self.0, Event::Start(start(name, attributes)));
        self
    }

    /// Ends an element.
    pub fn close(&mut self, name: &str) -> &mut Self {
        write(&mut self.0, Event::End(BytesEnd::new(name)));
        self
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        write(&mut self.0, Event::Empty(start(name, attributes)));
        self
    }

    /// An element with a text in it.
    pub fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.open(name, attributes);
        write(&mut self.0, Event::Text(BytesText::new(&allowed(text))));
        self.close(name)
    }

    /// What has been written since it was last asked.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.0.get_mut())
    }

    /// The whole document.
    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner()
    }
}

fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, &*allowed(value)));
    }
    start
}

fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    writer.write_event(event).expect("memory takes everything");
}

/// The text without the signs that XML cannot hold (XML 1.0, section 2.2), however they are written; and without carriage
/// returns, of which every reader makes something else.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_allowed) { text.into() } else { text.chars().filter(|c| is_allowed(*c)).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_written_can_be_read_by_others(text in "[\\s\\S]{0,60}|[<>&\"'\\]\\x00-\\x1f\u{fffe}\u{ffff}]{0,20}", value in "[\\s\\S]{0,60}") {
            let mut xml = Xml::new();
            xml.open("all", &[("is", &value)]).text("one", &[], &text).empty("other", &[("is", &text)]).close("all");
            let written = String::from_utf8(xml.finish()).expect("text");
            let read = roxmltree::Document::parse(&written).expect("well-formed");
            let one = read.root_element().first_element_child().expect("an element");
            prop_assert_eq!(one.text().unwrap_or_default(), allowed(&text));
            prop_assert!(read.root_element().attribute("is").is_some());
        }
    }

    #[test]
    fn what_is_too_low_or_no_sign_at_all_is_left_out() {
        assert_eq!(allowed("a\u{0}\u{8}\u{b}\u{1f}b\t\n\u{7f}\u{fffe}\u{ffff}😀"), "ab\t\n\u{7f}😀");
        assert!(matches!(allowed("plain"), Cow::Borrowed(_)));
    }
}
