//! The least that a server on axum can do: the same few bytes for everyone. What any other costs more
//! is its own.

use std::error::Error;
use std::io::Write as _;

use axum::{Router, routing};
use mimalloc::MiMalloc;
use tokio::net::TcpListener;

/// The server's own, so that what is compared is not two allocators.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;
        let app = Router::new().route("/", routing::get(|| async { "hello, world" }));
        Ok(axum::serve(listener, app).await?)
    })
}
