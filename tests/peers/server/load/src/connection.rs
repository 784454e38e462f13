use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use crate::Failure;
use crate::response::{Extent, Response};

/// A connection that carries one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    /// What is still to be sent of the request.
    sending: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    /// Connects at once, and hears from `registry` from then on.
    pub(crate) fn open(address: SocketAddr, token: Token, registry: &Registry) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, sending: Vec::new(), received: Vec::new() })
    }

    /// Whether the server has closed it, as servers do after a while of silence.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0]) {
            Ok(_) => true,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Sends a request that `write` writes.
    pub(crate) fn send(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.sending.clear();
        write(&mut self.sending);
        self.go_on_sending()
    }

    /// Sends what is left of the request, as far as the network takes it.
    pub(crate) fn go_on_sending(&mut self) -> io::Result<()> {
        while !self.sending.is_empty() {
            match self.stream.write(&self.sending) {
                Ok(sent) => drop(self.sending.drain(..sent)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what has come; gives the answer to `take` once it is whole, and says whether it was.
    pub(crate) fn receive<T>(
        &mut self,
        take: impl FnOnce(Response<'_>) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err("the server closed a connection".into()),
                Ok(count) => self.received.extend(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            if let Some(Extent { status, head, whole }) = Extent::find(&self.received)? {
                let taken = take(Response { status, body: &self.received[head..whole] });
                self.received.clear();
                return taken.map(Some);
            }
        }
    }
}
