//! Builds HTML safely: markup is always written in this program, and every text is escaped.

use std::fmt::Write as _;

use crate::output::text;

/// A page, or a part of one, under construction.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Adds markup. It can only be a part of this program.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text. Direction marks and hidden characters in it are made visible.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for c in text::escape(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                _ => self.0.push(c),
            }
        }
        self
    }

    /// Adds an element that holds a text.
    pub(crate) fn put(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// Adds a sentence. Commands in it are between backticks.
    pub(crate) fn sentence(&mut self, sentence: &str) -> &mut Self {
        // A backtick without its pair marks no command.
        if sentence.matches('`').count() % 2 == 1 {
            return self.text(sentence);
        }
        for (i, part) in sentence.split('`').enumerate() {
            match i % 2 {
                0 => self.text(part),
                _ => self.raw("<code>").words(part).raw("</code>"),
            };
        }
        self
    }

    /// Adds a command. It may break between words only, since a browser would also break a flag after
    /// its hyphens.
    pub(crate) fn words(&mut self, command: &str) -> &mut Self {
        for (i, word) in command.split(' ').enumerate() {
            self.raw(if i == 0 { "" } else { " " }).put("<span>", word, "</span>");
        }
        self
    }

    /// Adds a shape of an SVG, given by numbers.
    pub(crate) fn shape(
        &mut self,
        open: &'static str,
        numbers: &[(&'static str, f64)],
    ) -> &mut Self {
        self.raw(open);
        for (name, number) in numbers {
            // Writing to a String can't fail.
            let _ = write!(self.0, " {name}=\"{}\"", short(*number));
        }
        self.raw("/>")
    }

    /// Adds a polygon or a line through these points.
    pub(crate) fn points(&mut self, open: &'static str, points: &[(f64, f64)]) -> &mut Self {
        self.raw(open).raw(" points=\"");
        for (x, y) in points {
            let _ = write!(self.0, "{},{} ", short(*x), short(*y));
        }
        self.raw("\"/>")
    }

    /// The whole page.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// Writes a number to a hundredth, without trailing zeros.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup_and_what_hides_is_shown() {
        let mut html = Html::default();
        html.text("<b a=\"1\" c='2'>&amp;\u{202e}\u{1b}");
        let expected = "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;\\u{202e}\\u{1b}";
        assert_eq!(html.into_string(), expected);
    }

    #[test]
    fn commands_are_set_off_and_escaped() {
        let mut html = Html::default();
        html.sentence("find with `idv show <x>`, or `--fresh`").raw(" ").sentence("a ` b");
        let expected = "find with <code><span>idv</span> <span>show</span> <span>&lt;x&gt;</span></code>, \
            or <code><span>--fresh</span></code> a ` b";
        assert_eq!(html.into_string(), expected);
    }

    #[test]
    fn numbers_of_shapes_are_short() {
        let mut html = Html::default();
        html.shape("<rect", &[("x", 10.0), ("y", 0.126)]).points("<polyline", &[(1.0, 2.5)]);
        let expected = "<rect x=\"10\" y=\"0.13\"/><polyline points=\"1,2.5 \"/>";
        assert_eq!(html.into_string(), expected);
    }
}
