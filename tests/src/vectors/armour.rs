//! RFC 7468 text around the compact form: what mail does to it, and what nobody may.

use licence_core::Code::{Malformed, UnknownKey};
use licence_core::armour::{self, Label};
use licence_core::{LicenceState, Part};

use super::Vector;
use super::case::Case;
use crate::world::{World, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let blocks = Blocks::new(w);
    let accepted = blocks
        .accepted()
        .into_iter()
        .map(|(name, text)| Case::licence(w, name, text).granted(LicenceState::Valid));
    let refused = [blocks.wrong_order(w), blocks.wrong_text(), blocks.wrong_lines()]
        .concat()
        .into_iter()
        .map(|(name, text)| Case::licence(w, name, text).refused(Part::File, Malformed));
    accepted.chain(refused).chain(blocks.at_the_licence(w)).collect()
}

type Texts = Vec<(&'static str, String)>;

/// The three blocks of a licence file; and the licence once more, signed by the root itself.
struct Blocks {
    licence: String,
    issuer: String,
    revocations: String,
    by_root: String,
}

fn block(label: Label, text: &str) -> String {
    armour::write(&[(label, text.as_bytes())])
}

impl Blocks {
    fn new(w: &World) -> Self {
        Self {
            licence: block(Label::Licence, &signed(&w.licence(), &w.issuing)),
            issuer: block(Label::IssuerKey, &signed(&w.issuer(), &w.root)),
            revocations: block(Label::Revocations, &signed(&w.revocations(), &w.root)),
            by_root: block(Label::Licence, &w.licence_text()),
        }
    }

    fn all(&self) -> String {
        [self.licence.as_str(), &self.issuer, &self.revocations].concat()
    }

    fn accepted(&self) -> Texts {
        let all = self.all();
        vec![
            ("licence", self.by_root.clone()),
            ("licence-and-revocations", self.by_root.clone() + &self.revocations),
            ("licence-and-issuer", self.licence.clone() + &self.issuer),
            ("all-three-blocks", all.clone()),
            ("crlf", all.replace('\n', "\r\n")),
            ("crlf-on-some-lines", all.replacen('\n', "\r\n", 3)),
            ("byte-order-mark", format!("\u{feff}{all}")),
            (
                "blank-lines-around",
                format!("\n\n{}\n\n", all.replace("\n-----BEGIN", "\n\n\n-----BEGIN")),
            ),
            ("blank-crlf-lines-around", format!("\r\n\r\n{all}\r\n")),
            ("no-line-break-at-the-end", all.trim_end().to_owned()),
            ("mark-crlf-and-blank-lines", format!("\u{feff}\r\n{}\r\n", all.replace('\n', "\r\n"))),
        ]
    }

    fn wrong_order(&self, w: &World) -> Texts {
        let Self { licence, issuer, revocations, by_root } = self;
        let request = block(Label::Request, &signed(&w.request(), &w.site));
        vec![
            ("no-licence", issuer.clone()),
            ("revocations-alone", revocations.clone()),
            ("issuer-in-front", format!("{issuer}{licence}")),
            ("revocations-before-issuer", format!("{licence}{revocations}{issuer}")),
            ("two-licences", format!("{by_root}{by_root}")),
            ("two-issuers", format!("{licence}{issuer}{issuer}")),
            ("two-revocation-lists", format!("{by_root}{revocations}{revocations}")),
            ("request-in-place-of-licence", request.clone()),
            ("request-after-licence", format!("{by_root}{request}")),
            ("public-key-after-licence", by_root.clone() + &w.root.public().to_pem()),
            ("public-key-in-place-of-licence", w.root.public().to_pem()),
            ("unknown-label", by_root.replace("LICENCE", "LICENSE")),
            ("label-in-lower-case", by_root.replace("LICENCE", "licence")),
            ("certificate", by_root.replace("LICENCE", "CERTIFICATE")),
            ("label-empty", by_root.replace(" LICENCE", " ")),
        ]
    }

    fn wrong_text(&self) -> Texts {
        let Self { licence, issuer, by_root, .. } = self;
        vec![
            ("text-behind", format!("{by_root}Regards\n")),
            ("text-between", format!("{licence}Regards\n{issuer}")),
            ("space-between", format!("{licence} \n{issuer}")),
            ("indented", by_root.lines().map(|line| format!("  {line}\n")).collect()),
            ("compact-behind", format!("{by_root}e30.e30.AA")),
            ("byte-order-mark-between", format!("{licence}\u{feff}{issuer}")),
            ("byte-order-mark-after-a-blank-line", format!("\u{feff}\n\u{feff}{by_root}")),
            ("only-carriage-returns", by_root.replace('\n', "\r")),
            ("two-carriage-returns", by_root.replace('\n', "\r\r\n")),
            ("null-byte-behind", format!("{by_root}\0")),
            ("text-in-front", format!("Dear customer,\n{by_root}")),
            ("quoted-by-a-reply", by_root.lines().map(|line| format!("> {line}\n")).collect()),
            ("byte-order-mark-twice", format!("\u{feff}\u{feff}{by_root}")),
            ("compact-in-front", format!("e30.e30.AA\n{by_root}")),
        ]
    }

    fn wrong_lines(&self) -> Texts {
        let text = &self.by_root;
        let (begin, body) = text.split_once('\n').unwrap();
        let (start, rest) = body.split_at(32);
        let base64: String = body.lines().take_while(|line| !line.starts_with('-')).collect();
        let end = "-----END LICENCE-----";
        let around = |base64: &str| format!("{begin}\n{base64}\n{end}\n");
        vec![
            ("line-too-long", with_break(text, 1, "")),
            ("line-too-short", format!("{begin}\n{start}\n{rest}")),
            ("all-in-one-line", around(&base64)),
            ("blank-line-inside", with_break(text, 1, "\n\n")),
            ("blank-line-before-the-end", text.replace("\n-----END", "\n\n-----END")),
            ("space-at-the-end-of-a-line", with_break(text, 1, " \n")),
            ("space-after-the-begin-line", with_break(text, 0, " \n")),
            ("header-line-inside", with_break(text, 0, "\nComment: example\n\n")),
            ("begin-twice", format!("{begin}\n{text}")),
            ("no-end", format!("{begin}\n{start}")),
            ("another-end", text.replace("END LICENCE", "END ISSUER KEY")),
            ("end-cut-off", text.replace(end, "-----END LICENCE----")),
            ("six-dashes", text.replace("-----BEGIN", "------BEGIN")),
            ("begin-alone", format!("{begin}\n")),
            ("begin-and-no-more", "-----BEGIN ".to_owned()),
            ("nothing-inside", format!("{begin}\n{end}\n")),
            ("padding-missing", around("QQ")),
            ("padding-too-much", around("QQ===")),
            ("padding-inside", around("QQ==QQ==")),
            ("trailing-bits", around("QR==")),
            ("url-alphabet-inside", around("A-_8")),
        ]
    }

    /// What is no armour is taken for the compact form; and what the armour holds is judged as
    /// strictly as it would be without.
    fn at_the_licence(&self, w: &World) -> Vec<Vector> {
        let refused = |name, file, code| Case::licence(w, name, file).refused(Part::Licence, code);
        let text = &self.by_root;
        let inner = |text: &str| block(Label::Licence, text);
        vec![
            refused("only-dashes", "-----\n".to_owned(), Malformed),
            refused("end-alone", "-----END LICENCE-----\n".to_owned(), Malformed),
            refused("line-break-inside", inner(&(w.licence_text() + "\n")), Malformed),
            refused("armour-inside-armour", inner(text), Malformed),
            refused("json-inside", inner("{}"), Malformed),
            refused("issuing-key-without-its-block", self.licence.clone(), UnknownKey),
            refused("idle-issuer-block", text.clone() + &self.issuer, UnknownKey),
        ]
    }
}

/// The text with something else in the place of one of its line breaks.
fn with_break(text: &str, number: usize, instead: &str) -> String {
    let (at, _) = text.match_indices('\n').nth(number).unwrap();
    format!("{}{instead}{}", &text[..at], &text[at + 1..])
}
