//! Lists that the server gives a page at a time.

use licence_cli::Failure;
use serde::de::DeserializeOwned;

use super::admin_call::AdminCall;
use crate::cli::PageArgs;
use crate::data_dir::DataDir;
use crate::http::admin::Page;

/// Entries that the server gives at once at most.
const PAGE_MAX: usize = 200;

/// Asks for as many entries as were asked for, page by page.
pub(super) fn collect<T: DeserializeOwned>(
    call: &AdminCall,
    args: &PageArgs,
    data: &DataDir,
) -> Result<Page<T>, Failure> {
    collect_with(call, args, data, |page| page)
}

/// The same for answers that say more than a page does.
pub(super) fn collect_with<A: DeserializeOwned, T>(
    call: &AdminCall,
    args: &PageArgs,
    data: &DataDir,
    mut page_of: impl FnMut(A) -> Page<T>,
) -> Result<Page<T>, Failure> {
    let limit = usize::from(args.limit);
    let (mut items, mut next) = (Vec::new(), args.after.clone());
    loop {
        let wanted = PAGE_MAX.min(limit.saturating_sub(items.len()));
        let call = call.clone().with("after", next.as_ref()).with("limit", Some(wanted));
        let page = page_of(call.send(data)?);
        items.extend(page.items);
        next = page.next;
        if next.is_none() || items.len() >= limit {
            return Ok(Page { items, next });
        }
    }
}
