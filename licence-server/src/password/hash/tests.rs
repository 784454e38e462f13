//! Known answers, made by the Python packages bcrypt, argon2-cffi, passlib and Django; bounds; equal work.

use super::*;
use crate::rng::Rng;
use crate::rng::testing::SeededRng;

const PASSWORD: &str = "correct horse battery";

const FOREIGN: [&str; 12] = [
    "$2a$04$ZFIWg/pxqnUMQEz1wTKKKObdqIWE.G5GUhQh3Q9Jp121FFGCDcDoO",
    "$2b$04$H.VK6kAtt8wOuGVN3k2L7.eJEdLPN7/.5heKTD8egLGlbOuPAbkP.",
    "$2y$04$Wu6iTDDquS5XgINJ7sQt7e5NZg3at5H8K3KtZ2d/mXlxa2/PWf96W",
    "$argon2i$v=16$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$fO6QfKr1alnZJF+805UrG4D/y8ebh8uvzXnz5+nPB6s",
    "$argon2i$v=19$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$qOFFfr3Z9yVkffKQtgWNL9alojx5OaV0+W+IdB8Uzm4",
    "$argon2d$v=16$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$3kIDAGhgWj/tu1yax9J5Ko+IHMmZQkstE0ZVo8VlQeU",
    "$argon2d$v=19$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$JxPq3PQehN2l+j5hIHu51TLFQM37LBgHHXpdedfhsjk",
    "$argon2id$v=16$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$gCFlGPG+sXhVMcN8+lXLgqioufDMwm/88GvM/oUeGLI",
    "$argon2id$v=19$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$zeSGDBguZHMZVk4AjnRwed5gcx3lcA/5/pXdLVaatQI",
    "$argon2id$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$gCFlGPG+sXhVMcN8+lXLgqioufDMwm/88GvM/oUeGLI",
    "$pbkdf2-sha256$1000$c29tZXNhbHRzb21lc2FsdA$aU5r.5gCD.6tnd95x/wf21lKAx9jm7WuJ4R8fImlN7I",
    "pbkdf2_sha256$1000$seasalt2022seasalt$8OwbwZRnYZUNKWmymqjINKJujS+aaB27qZToA+YpwyM=",
];

fn password(text: &str) -> Password {
    Password::typed(text).unwrap()
}

#[track_caller]
fn is_right(text: &str, hash: &PasswordHash) -> bool {
    Worker::new().check(&password(text), hash, Work::NONE).unwrap()
}

#[test]
fn a_password_is_verified_by_its_hash_and_no_other_is() {
    let hash = Worker::new().hash(&password(PASSWORD), Salt([7; 16])).unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
    assert!(is_right(PASSWORD, &hash));
    assert!(!is_right("correct horse batterz", &hash));
    assert!(!needs_rehash(&hash));
}

#[test]
fn hashes_of_other_systems_are_checked_as_they_are_and_need_a_new_one() {
    for text in FOREIGN {
        let hash = take_over(text).unwrap();
        assert!(is_right(PASSWORD, &hash), "{text}");
        assert!(!is_right("correct horse batterz", &hash), "{text}");
        assert!(needs_rehash(&hash), "{text}");
    }
}

#[test]
fn djangos_own_prefixes_are_left_out() {
    let (bcrypt, argon) = (FOREIGN[1], FOREIGN[8]);
    assert_eq!(take_over(&format!("bcrypt${bcrypt}")).unwrap().expose(), bcrypt);
    assert_eq!(take_over(&format!("argon2{argon}")).unwrap().expose(), argon);
}

/// Most libraries read 72 bytes and forget the rest without a word.
#[test]
fn a_password_that_a_library_cut_off_is_still_right() {
    let hash = "$2b$04$BQtZdn3uEeyEjzYJJwO9HODyZaD7PfonDn5rD25Iq/QOrQGrpYGjq";
    let hash = take_over(hash).unwrap();
    assert!(is_right(&"0123456789".repeat(9), &hash));
    assert!(is_right(&"0123456789".repeat(8), &hash));
    assert!(!is_right(&"0123456789".repeat(7), &hash));
}

/// Others hashed what was typed; here it is normalised.
#[test]
fn a_password_of_another_system_is_also_tried_as_it_was_typed() {
    let hash = "$2b$04$WwFtMadmykMQFsIkDXh1QesupxurmCNOcmMwiOnyhVp291.ZLGfRa";
    let hash = take_over(hash).unwrap();
    assert!(is_right("pa\u{df}w\u{f6}rt e\u{301}t\u{e9}", &hash));
    assert!(!is_right("pa\u{df}w\u{f6}rt e\u{301}te", &hash));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_reason() {
    let malformed = |scheme| HashFlaw::Malformed { scheme };
    let costly = |scheme| HashFlaw::TooCostly { scheme };
    let argon = |from: &str, to: &str| FOREIGN[8].replace(from, to);
    for (text, flaw) in [
        (String::new(), HashFlaw::UnknownScheme),
        ("x".repeat(513), HashFlaw::TooLong),
        ("5f4dcc3b5aa765d61d8327deb882cf99".to_owned(), HashFlaw::UnknownScheme),
        (FOREIGN[0].replace("$2a$", "$2x$"), HashFlaw::UnknownScheme),
        (FOREIGN[0].replace("$04$", "$4$"), malformed(Scheme::Bcrypt)),
        (FOREIGN[0].replace("$04$", "$+4$"), malformed(Scheme::Bcrypt)),
        (format!("{}A", FOREIGN[0]), malformed(Scheme::Bcrypt)),
        (FOREIGN[0].chars().take(59).collect(), malformed(Scheme::Bcrypt)),
        (FOREIGN[0].replace("bdq", "bé"), malformed(Scheme::Bcrypt)),
        (FOREIGN[0].replace("$04$", "$17$"), costly(Scheme::Bcrypt)),
        (FOREIGN[0].replace("$04$", "$03$"), costly(Scheme::Bcrypt)),
        (argon("$zeSGDBguZHMZVk4AjnRwed5gcx3lcA/5/pXdLVaatQI", ""), malformed(Scheme::Argon2)),
        (argon("ZHMZVk4AjnRwed5gcx3lcA/5/pXdLVaatQI", ""), malformed(Scheme::Argon2)),
        (argon("p=2", "p=2,data=AAAA"), malformed(Scheme::Argon2)),
        (argon("v=19", "v=18"), malformed(Scheme::Argon2)),
        (argon("argon2id", "argon2x"), malformed(Scheme::Argon2)),
        (argon("m=1024,t=3", "m=262145,t=1"), costly(Scheme::Argon2)),
        (argon("m=1024,t=3", "m=262144,t=33"), costly(Scheme::Argon2)),
        (argon("m=1024,t=3", "m=4294967295,t=4294967295"), costly(Scheme::Argon2)),
        (argon("p=2", "p=65"), costly(Scheme::Argon2)),
        (FOREIGN[10].replace("$1000$", "$10000001$"), costly(Scheme::Pbkdf2)),
        (FOREIGN[10].replace("$1000$", "$99999999999999999999$"), costly(Scheme::Pbkdf2)),
        (FOREIGN[10].replace("$1000$", "$0$"), malformed(Scheme::Pbkdf2)),
        (FOREIGN[10].replace("$1000$", "$+9$"), malformed(Scheme::Pbkdf2)),
        (FOREIGN[10].replace('.', "+"), malformed(Scheme::Pbkdf2)),
        (FOREIGN[10].replace("lN7I", ""), malformed(Scheme::Pbkdf2)),
        (FOREIGN[11].replace('=', ""), malformed(Scheme::Pbkdf2)),
        (FOREIGN[11].replace("seasalt2022seasalt", ""), malformed(Scheme::Pbkdf2)),
        (FOREIGN[11].replace("seasalt2022seasalt", &"x".repeat(129)), malformed(Scheme::Pbkdf2)),
    ] {
        assert_eq!(take_over(&text).err(), Some(flaw), "{text}");
    }
}

#[test]
fn no_text_makes_the_readers_panic() {
    let rng: &dyn Rng = &SeededRng::new(7);
    let alphabet: Vec<char> = "$.,+=/-_aé2b0y19mtp".chars().collect();
    for whole in FOREIGN {
        for cut in 0..whole.len() {
            let _ = take_over(whole.get(..cut).unwrap());
            let [at, which] = rng.bytes().unwrap();
            let mut chars: Vec<char> = whole.chars().collect();
            let at = usize::from(at) % chars.len();
            chars[at] = alphabet[usize::from(which) % alphabet.len()];
            let _ = take_over(&chars.into_iter().collect::<String>());
        }
    }
}

#[test]
fn a_hash_larger_than_a_threads_memory_is_checked_too() {
    let hash = FOREIGN[8].replace("m=1024,t=3", "m=32768,t=1");
    assert!(!is_right(PASSWORD, &take_over(&hash).unwrap()));
}

/// The work of checking a wrong password, in microseconds of an ordinary core.
#[track_caller]
fn work(hash: &PasswordHash, text: &str, level: Work) -> u64 {
    let mut worker = Worker::new();
    assert!(!worker.check(&password(text), hash, level).unwrap());
    worker.done.micros()
}

/// What a wrong password costs must not tell whose name it was tried on. Work is counted, because clocks
/// of test machines prove nothing; the example `password_times` measures it.
#[test]
fn a_wrong_password_costs_the_same_for_every_name() {
    let nobody = dummy(Salt([1; 16]), &[2; 32]).unwrap();
    let own = Worker::new().hash(&password(PASSWORD), Salt([3; 16])).unwrap();
    let dear = take_over(&FOREIGN[1].replace("$04$", "$09$")).unwrap();
    for text in ["wrong password", "wrong pa\u{ff53}sword"] {
        for level in [OWN_WORK, work_of(&dear)] {
            let expected = work(&nobody, text, level);
            assert_eq!(work(&own, text, level), expected);
            for foreign in FOREIGN {
                let foreign = take_over(foreign).unwrap();
                assert_eq!(work(&foreign, text, level), expected, "{}", foreign.expose());
            }
        }
        let level = work_of(&dear);
        assert!(level > OWN_WORK);
        assert_eq!(work(&dear, text, level), work(&nobody, text, level));
    }
}

#[test]
fn the_dummy_has_no_password() {
    let hash = dummy(Salt([1; 16]), &[2; 32]).unwrap();
    assert_eq!(work_of(&hash), OWN_WORK);
    assert!(!is_right("x", &hash));
}

#[test]
fn a_hash_of_our_own_is_known_by_its_beginning() {
    let hash = dummy(Salt([1; 16]), &[2; 32]).unwrap();
    assert!(hash.expose().starts_with(argon::OWN_START));
    let parsed = Stored::parse(hash.expose()).unwrap();
    assert_eq!(parsed.work(), OWN_WORK);
}
