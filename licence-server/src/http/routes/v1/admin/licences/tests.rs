use std::future::{Future as _, poll_fn};
use std::task::Poll;

use licence_core::claims::{LicenceClaims, Period, RevocationsClaims, RevokedLicence};
use licence_core::{LicenceId, PrivateKey, Vendor};
use serde_json::{Value, json};
use tokio::task::yield_now;

use crate::http::paths;
use crate::http::testing::{Answer, World, claims, sign, sign_as_root, start};

const DAY_SECS: i64 = 86_400;

fn list(seq: u32, licences: Vec<RevokedLicence>) -> RevocationsClaims {
    let iss = Vendor::parse("Acme").unwrap();
    RevocationsClaims { iss, iat: start(), seq, licences, keys: Vec::new() }
}

fn revision(world: &World, revision: u32, period: Period) -> LicenceClaims {
    LicenceClaims { period, ..claims(1, revision, Some(world.state.site_key().clone())) }
}

async fn states(world: &World) -> Vec<(u64, String)> {
    let listed = world.get(paths::ADMIN_LICENCES).send_locally().await.json();
    let row = |row: &Value| {
        (row["revision"].as_u64().unwrap(), row["state"].as_str().unwrap().to_owned())
    };
    listed["items"].as_array().unwrap().iter().map(row).collect()
}

#[track_caller]
fn is_list(answer: &Answer, seq: u32, revoked: &[LicenceId]) {
    let revoked: Vec<String> = revoked.iter().map(ToString::to_string).collect();
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json(), json!({ "list": seq, "revoked": revoked }));
}

#[tokio::test]
async fn a_list_says_what_each_licence_is_good_for() {
    let world = World::licensed(1, 0).await;
    let renewal = revision(&world, 2, Period::perpetual(start().plus(10 * DAY_SECS)));
    assert_eq!(world.install(&sign(&renewal)).await.status, 201);
    let told = |first: &str, second: &str| vec![(1, first.to_owned()), (2, second.to_owned())];
    assert_eq!(states(&world).await, told("in_force", "staged"));
    world.clock.advance(10 * DAY_SECS);
    assert_eq!(states(&world).await, told("superseded", "in_force"));
    let revoked = list(1, vec![RevokedLicence::One(renewal.jti)]);
    is_list(&world.install(&sign_as_root(&revoked)).await, 1, &[renewal.jti]);
    assert_eq!(states(&world).await, told("in_force", "revoked"), "the older one holds again");
    world.clock.advance(400 * DAY_SECS);
    assert_eq!(states(&world.restarted().await).await, told("expired", "revoked"));
}

#[tokio::test]
async fn a_revocation_list_takes_effect_at_once_and_stays_in_force() {
    let world = World::licensed(1, 1).await;
    let token = world.sign_in("user1").await.string("access_token");
    assert_eq!(world.me(&token).await.status, 200, "it is kept as verified from now on");
    let id = claims(1, 1, None).jti;
    let file = sign_as_root(&list(3, vec![RevokedLicence::One(id)]));
    is_list(&world.install(&file).await, 3, &[id]);
    is_list(&world.install(&file).await, 3, &[id]);
    world.sign_in("user1").await.assert_problem(403, "revoked");
    world.me(&token).await.assert_problem(401, "invalid_token");
    let world = world.restarted().await;
    world.sign_in("user1").await.assert_problem(403, "revoked");
    let log = world.get("/v1/admin/audit?act=revocations_installed").send_locally().await;
    assert_eq!(log.json()["items"].as_array().unwrap().len(), 1, "the second time changed nothing");
}

#[tokio::test]
async fn an_older_list_is_told_which_one_counts() {
    let world = World::licensed(1, 0).await;
    is_list(&world.install(&sign_as_root(&list(3, vec![]))).await, 3, &[]);
    let id = claims(1, 1, None).jti;
    for (seq, licences) in [(2, vec![]), (3, vec![RevokedLicence::One(id)])] {
        let refused = world.install(&sign_as_root(&list(seq, licences))).await;
        refused.assert_problem(409, "conflict");
        assert_eq!(refused.json()["list"], 3);
        assert!(refused.string("detail").starts_with("revocation list 3 counts"));
    }
    is_list(&world.install(&sign_as_root(&list(4, vec![]))).await, 4, &[]);
}

#[tokio::test]
async fn a_list_that_a_stranger_signed_is_refused_as_a_list() {
    use licence_core::claims::Claims as _;
    let world = World::licensed(1, 0).await;
    let other = PrivateKey::from_seed(&[8; 32]).unwrap();
    let forged = other.sign(list(9, vec![]).signing_input(other.public().id()));
    let refused = world.install(&forged).await;
    refused.assert_problem(401, "unknown_key");
    assert_eq!(refused.string("at"), "revocations");
}

#[tokio::test]
async fn of_two_lists_that_are_sent_at_once_the_newer_counts() {
    let world = World::licensed(1, 0).await;
    let [newer, older] = [4, 3].map(|seq| sign_as_root(&list(seq, vec![])));
    let (first, second) = tokio::join!(world.install(&newer), world.install(&older));
    is_list(&first, 4, &[]);
    second.assert_problem(409, "conflict");
    assert_eq!(world.state.mirror().site().list_seq, 4);
}

/// Where the caller hung up between the commit and its answer, the rules went by a list that nothing else
/// in the server knew until the next start.
#[tokio::test]
async fn a_list_whose_sender_hung_up_counts_all_the_same() {
    let world = World::licensed(1, 0).await;
    let file = sign_as_root(&list(3, vec![]));
    let mut install = Box::pin(world.install(&file));
    poll_fn(|context| {
        assert!(install.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(install);
    while world.state.shelf().newest_list().is_none() {
        yield_now().await;
    }
    assert_eq!(world.state.mirror().site().list_seq, 3);
}
