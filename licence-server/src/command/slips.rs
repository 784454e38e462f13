//! Slips of paper that are handed to people: a page that stands alone, with a name, an address, a code and the
//! same as a picture for a telephone.

use std::fmt::Write as _;
use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::{self, Access};
use licence_cli::progress::Progress;

use super::said::time;
use crate::http::admin::CodeShown;
use crate::password::Picture;

/// Whom a slip is for, and the code on it.
pub(super) struct Slip {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) code: CodeShown,
}

/// Refuses a path where something is already: it would be found out when the codes are made.
pub(super) fn refuse_taken(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::usage(format!("`{}` is there already", path.display()))
        .mend("choose another name, or move it away: it is never overwritten"))
}

/// Writes slips into a file that its owner alone may read: whoever has a code has the account.
pub(super) fn write(path: &Path, slips: &[Slip]) -> Result<(), Failure> {
    files::create(path, page(slips)?.as_bytes(), Access::Private)
}

fn page(slips: &[Slip]) -> Result<String, Failure> {
    let mut page = HEAD.to_owned();
    let mut progress = Progress::new(slips.len());
    for slip in slips {
        page += &one(slip)?;
        progress.advance(1);
    }
    page += "</main>\n</html>\n";
    Ok(page)
}

/// Black on white whatever the screen's colours, four to a page, and no slip cut in two.
const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Codes to set a password with</title>
<style>
  body { font: 11pt/1.5 system-ui, sans-serif; color: #000; background: #fff; margin: 0; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(17em, 1fr)); }
  section { border: 1px dashed #888; padding: 1.2em; break-inside: avoid; }
  h2 { margin: 0; font-size: 1.2em; overflow-wrap: anywhere; }
  p { margin: .4em 0; overflow-wrap: anywhere; }
  code { font: 1.05em ui-monospace, monospace; white-space: nowrap; }
  svg { display: block; width: 9em; height: 9em; margin-top: .6em; }
  @page { margin: 12mm; }
</style>
<main>
"#;

fn one(Slip { name, email, code }: &Slip) -> Result<String, Failure> {
    // What stands before the code, in which nothing is secret.
    let address = code.link.split('#').next().unwrap_or_default();
    let mut slip = format!("<section>\n<h2>{}</h2>\n", escaped(name));
    if let Some(email) = email {
        let _ = writeln!(slip, "<p>{}</p>", escaped(email));
    }
    let _ = write!(
        slip,
        "<p>Set your password at {} with this code:</p>\n<p><code>{}</code></p>\n\
         <p>It works once, until {}.</p>\n{}</section>\n",
        escaped(address),
        escaped(&code.code),
        escaped(&time(code.until)),
        picture(&code.link)?
    );
    Ok(slip)
}

fn picture(link: &str) -> Result<String, Failure> {
    let Picture { size, path } =
        Picture::of(link).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR code of the address\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>\n"
    ))
}

/// A text inside an element: names come from anyone's table.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn slip(name: &str) -> Slip {
        let code = CodeShown {
            kind: "invitation".to_owned(),
            code: "7Q2K-M0ZD-7Q2K-M0ZD-7Q2K-M0ZD".to_owned(),
            link: "https://seats.example.org/set-password#7Q2K-M0ZD-7Q2K-M0ZD-7Q2K-M0ZD".to_owned(),
            until: 1_900_000_000,
            picture: None,
        };
        Slip { name: name.to_owned(), email: Some("ann@example.org".to_owned()), code }
    }

    #[test]
    fn a_slip_has_name_address_code_and_picture_and_loads_nothing() {
        let page = page(&[slip("Ann"), slip("<script>alert(1)</script> & \"Ben\"")]).unwrap();
        assert!(page.contains("<h2>Ann</h2>") && page.contains("7Q2K-M0ZD"));
        assert!(page.contains("https://seats.example.org/set-password with this code"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Ben&quot;"));
        assert!(!page.contains("<script"));
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(!page.contains("src=") && !page.contains("href="), "it stands alone");
    }

    #[test]
    fn slips_are_for_their_owner_alone_and_overwrite_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slips.html");
        write(&path, &[slip("Ann")]).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        write(&path, &[slip("Ben")]).unwrap_err();
        refuse_taken(&path).unwrap_err();
    }
}
