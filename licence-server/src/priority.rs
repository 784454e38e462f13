//! Which threads step back behind others.

/// For work of tens of milliseconds that somebody waits for: half as much of a core as what else wants it. Less would be
/// next to nothing where another program on the machine is busy, and whoever waits for too long is told to come again.
pub(crate) const HALF: i32 = 3;

/// For work that nobody waits for: what is left over.
pub(crate) const LEFT_OVER: i32 = 19;

/// Has this thread step back by so many degrees of niceness. Where there is nothing else to do, it costs nothing.
#[cfg_attr(
    not(target_os = "linux"),
    expect(unused_variables, reason = "there it is the process that steps back")
)]
pub(crate) fn step_back(niceness: i32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(niceness) {
        tracing::debug!(%error, "the thread goes on at the priority of everything else");
    }
}
