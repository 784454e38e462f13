use licence_core::Text;

/// As much as is certain of an e-mail address: whether mail arrives is for mail to find out.
pub(crate) fn email(text: &str) -> Option<Text> {
    let (local, domain) = text.rsplit_once('@')?;
    let is_address = !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace);
    Text::parse(text).filter(|_| is_address)
}
