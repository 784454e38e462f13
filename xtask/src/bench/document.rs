//! The document as a whole: a section that was measured takes the place of its older self, and all
//! others stay as they are.

/// Begins every section; nothing else in the document has a heading of this rank.
const HEADING: &str = "## ";

/// Puts measured sections into the text of the document, in the order in which `titles` has them.
///
/// The preamble is always the given one. A section that is not among the titles is of a measurement
/// that is no more, and goes.
pub(super) fn refreshed(
    old: &str,
    preamble: &str,
    titles: &[&str],
    measured: &[(&str, String)],
) -> String {
    let old = sections(old);
    let mut document = format!("{}\n", preamble.trim_end());
    for title in titles {
        let new = measured.iter().find(|(name, _)| name == title).map(|(_, text)| text.as_str());
        let kept = || old.iter().find(|(name, _)| name == title).map(|(_, text)| *text);
        if let Some(text) = new.or_else(kept) {
            document.push('\n');
            document.push_str(text.trim());
            document.push('\n');
        }
    }
    document
}

/// The sections of a document by their titles, each with its heading.
fn sections(document: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> = document
        .match_indices(HEADING)
        .map(|(start, _)| start)
        .filter(|start| *start == 0 || document.as_bytes().get(start - 1) == Some(&b'\n'))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([document.len()]);
    let texts = starts.iter().zip(ends).filter_map(|(start, end)| document.get(*start..end));
    texts.filter_map(|text| Some((text.lines().next()?.strip_prefix(HEADING)?, text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# Speed\n\nOld words.\n\n## Verification\n\nold\n\n## Gone\n\nx\n";

    #[test]
    fn a_measured_section_replaces_itself_alone() {
        let measured = [("Server", "## Server\n\nnew\n".to_owned())];
        let titles = ["Verification", "Server", "Store"];
        let document = refreshed(OLD, "# Speed\n\nWords.\n", &titles, &measured);
        let expected = "# Speed\n\nWords.\n\n## Verification\n\nold\n\n## Server\n\nnew\n";
        assert_eq!(document, expected);
        assert_eq!(refreshed(&document, "# Speed\n\nWords.\n", &titles, &measured), expected);
    }

    #[test]
    fn sections_stand_in_the_order_of_their_titles() {
        let measured =
            [("B", "## B\n".to_owned()), ("A", "## A\n\nis ## not a heading".to_owned())];
        let expected = "p\n\n## A\n\nis ## not a heading\n\n## B\n";
        assert_eq!(refreshed("", "p", &["A", "B"], &measured), expected);
    }
}
