//! Lists that come a page at a time.

use licence_core::Code;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::extract::Fields;
use crate::http::problem::Problem;
use crate::store::StoreError;

/// Entries of a page where nobody says how many.
const LIMIT: usize = 100;

/// Entries of a page at most.
pub(super) const LIMIT_MAX: usize = 200;

/// Rows that are read for one page at most, however few of them a filter lets through.
const ROWS_MAX: usize = 5_000;

/// Rows that are read at once.
const STEP: usize = 500;

/// A part of a list.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Page<T> {
    /// What the list holds. There may be fewer than were asked for, or none, and more to come.
    pub items: Vec<T>,
    /// What to give as `after` to go on; absent at the end of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A list that has one page.
    pub(super) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// The part of a list's query that [`limit`] reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "for readers of the API: the handler takes it by its name")]
pub(super) struct PageSize {
    /// Entries of a page.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<u32>,
}

/// How many entries were asked for.
///
/// # Errors
/// `invalid_request` where it is no number from 1 to 200.
pub(super) fn limit(query: &Fields) -> Result<usize, Problem> {
    let Some(asked) = query.integer("limit")? else { return Ok(LIMIT) };
    let asked = usize::try_from(asked).ok().filter(|asked| (1..=LIMIT_MAX).contains(asked));
    asked.ok_or_else(|| {
        Problem::invalid_request(format!("`limit` must be a number from 1 to {LIMIT_MAX}"))
    })
}

/// Where a page begins: behind the row with that key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start<K> {
    pub(super) after: Option<K>,
    pub(super) limit: usize,
}

/// A page of what a filter lets through, of rows that are read in the order of their keys.
///
/// # Errors
/// Where the store fails, or `pick` does.
pub(super) fn page<K: Copy + ToString, R, T>(
    start: Start<K>,
    mut read: impl FnMut(Option<K>, usize) -> Result<Vec<R>, StoreError>,
    key: impl Fn(&R) -> K,
    mut pick: impl FnMut(R) -> Result<Option<T>, Problem>,
) -> Result<Page<T>, Problem> {
    let (mut after, mut items) = (start.after, Vec::new());
    for _ in 0..ROWS_MAX / STEP {
        let rows = read(after, STEP)?;
        let is_last = rows.len() < STEP;
        let mut rows = rows.into_iter();
        while let Some(row) = rows.next() {
            after = Some(key(&row));
            items.extend(pick(row)?);
            if items.len() == start.limit {
                let is_end = is_last && rows.len() == 0;
                return Ok(Page {
                    items,
                    next: after.filter(|_| !is_end).map(|key| key.to_string()),
                });
            }
        }
        if is_last {
            return Ok(Page::whole(items));
        }
    }
    Ok(Page { items, next: after.map(|key| key.to_string()) })
}

/// What is told where a path names nothing that there is.
pub(super) fn not_found(detail: String, mend: &'static str) -> Problem {
    Problem::new(Code::NotFound).detail(detail).mend(mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The even ones of so many rows.
    fn evens(rows: u64, after: Option<u64>, limit: usize) -> Page<u64> {
        let read = |after: Option<u64>, count: usize| {
            Ok((after.map_or(0, |after| after + 1)..rows).take(count).collect())
        };
        let pick = |row: u64| Ok(row.is_multiple_of(2).then_some(row));
        page(Start { after, limit }, read, |row| *row, pick).unwrap()
    }

    #[test]
    fn pages_together_are_the_list_and_the_last_says_so() {
        for (rows, limit) in [(0, 3), (1, 1), (5, 3), (1200, 200), (500, 7), (501, 200)] {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let page = evens(rows, after, limit);
                assert!(page.items.len() <= limit);
                all.extend(page.items);
                let Some(next) = page.next else { break };
                after = Some(next.parse().unwrap());
            }
            assert_eq!(all, (0..rows).step_by(2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_page_reads_so_many_rows_and_no_more() {
        let mut reads = 0;
        let read = |after: Option<u64>, count: usize| {
            reads += 1;
            Ok((after.unwrap_or(0)..).take(count).collect())
        };
        let start = Start { after: None, limit: 1 };
        let page = page(start, read, |row| *row, |_| Ok(None::<()>)).unwrap();
        assert_eq!((reads, page.items.len(), page.next.is_some()), (10, 0, true));
    }
}
