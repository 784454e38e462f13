use super::{Work, need_success, write};
use crate::Failure;
use crate::response::Response;

/// The same few bytes for everyone.
pub(super) struct Hello;

impl Work for Hello {
    fn ask(&mut self, _connection: usize, request: &mut Vec<u8>) {
        write(request, &["GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"]);
    }

    fn take(&mut self, _connection: usize, response: &Response<'_>) -> Result<(), Failure> {
        need_success(response)
    }
}
