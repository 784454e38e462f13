//! How long a wrong password takes, by whose name it is tried on: `cargo run --release -p licence-server
//! --example password_times`. It fails where a name can be told by its time.

#![expect(clippy::print_stdout, reason = "the table is what it is run for")]

use std::error::Error;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use licence_server::password::{Password, PasswordThreads, Salt, take_over};
use licence_server::rng::SystemRng;

/// Tries of each name, taken in turns, so that a slow minute of the machine meets them all.
const ROUNDS: usize = 31;

/// The slowest name against the fastest, by their medians.
const RATIO_MAX: f64 = 1.25;

fn main() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().build()?.block_on(measure())
}

async fn measure() -> Result<(), Box<dyn Error>> {
    let threads = PasswordThreads::start(NonZeroUsize::MIN, 1, &SystemRng)?;
    let own = threads.hash(password()?, Salt([1; 16])).await?;
    let bcrypt = |cost: &str| {
        let hash = format!("$2b${cost}$H.VK6kAtt8wOuGVN3k2L7.eJEdLPN7/.5heKTD8egLGlbOuPAbkP.");
        take_over(&hash)
    };
    let pbkdf2 = "$pbkdf2-sha256$29000$c29tZXNhbHRzb21lc2FsdA$\
                  aU5r.5gCD.6tnd95x/wf21lKAx9jm7WuJ4R8fImlN7I";
    let names = [
        ("nobody's name", None),
        ("a hash of ours", Some(own)),
        ("bcrypt, cost 4", Some(bcrypt("04")?)),
        ("bcrypt, cost 10", Some(bcrypt("10")?)),
        ("PBKDF2, 29,000 iterations", Some(take_over(pbkdf2)?)),
    ];
    threads.level_with(&bcrypt("10")?);
    let mut times = names.each_ref().map(|_| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for ((_, hash), times) in names.iter().zip(&mut times) {
            let password = password()?;
            let start = now();
            threads.check(password, hash.clone(), Salt([2; 16]), None).await?;
            times.push(start.elapsed());
        }
    }
    let medians = times.map(|times| median(times).as_secs_f64());
    for ((name, _), median) in names.iter().zip(medians) {
        println!("{name:<26} {:>7.2} ms", median * 1000.0);
    }
    let ratio =
        medians.into_iter().fold(0.0, f64::max) / medians.into_iter().fold(f64::MAX, f64::min);
    if ratio > RATIO_MAX {
        return Err(format!("the slowest takes {ratio:.2} times as long as the fastest").into());
    }
    Ok(())
}

fn password() -> Result<Password, Box<dyn Error>> {
    Password::typed("not the right one").ok_or_else(|| "the password is too long".into())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "this program measures, and decides nothing")]
fn now() -> Instant {
    Instant::now()
}
