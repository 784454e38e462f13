use rustix::process::{Resource, getrlimit};

/// Descriptors that no connection of the network may take: the store, the log, the socket for
/// administration with its connections, and the files of an application that are being read.
const RESERVED: u64 = 128;

/// Connections at most where the system sets no limit: each takes some tens of kilobytes.
const CONNECTIONS_MAX: usize = 16_384;

/// How many connections of the network this process has descriptors for.
pub(super) fn connections_max() -> usize {
    room(getrlimit(Resource::Nofile).current)
}

fn room(descriptors: Option<u64>) -> usize {
    let room = descriptors.map(|all| all.saturating_sub(RESERVED).max(all / 2));
    let room = room.and_then(|room| usize::try_from(room).ok());
    room.map_or(CONNECTIONS_MAX, |room| room.clamp(1, CONNECTIONS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!(room(Some(1024)), 896);
        assert_eq!(room(Some(100)), 50);
        assert_eq!(room(Some(0)), 1);
        assert_eq!(room(Some(u64::MAX)), CONNECTIONS_MAX);
        assert_eq!(room(None), CONNECTIONS_MAX);
    }
}
