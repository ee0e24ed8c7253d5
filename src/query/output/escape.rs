//! Text for a terminal: what would move the cursor, change colours, or turn letters around is written
//! out instead.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes control characters (C0, DEL, C1), line and paragraph separators, and the characters that
/// hide text or change its direction.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            harmful if is_harmful(harmful) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(harmful));
            }
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

fn is_harmful(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_on_is_written_out() {
        assert_eq!(escape("a\u{1b}[31mb\u{7}"), "a\\u{1b}[31mb\\u{7}");
        assert_eq!(escape("x\u{9b}1m\r\ny\t"), "x\\u{9b}1m\\r\\ny\\t");
        assert_eq!(escape("exe.\u{202e}gpj\u{2066}\u{200f}"), "exe.\\u{202e}gpj\\u{2066}\\u{200f}");
        assert!(matches!(escape("Zoë 漢字 \\n"), Cow::Borrowed(_)));
    }
}
