//! Whoever guesses waits longer each time, and nobody is locked out.

use super::*;

async fn guess(world: &World, name: &str) -> Answer {
    world.post(TOKEN, &form(name, "wrong password")).send().await
}

#[tokio::test]
async fn guesses_are_delayed_alike_for_names_that_exist_and_names_that_do_not() {
    let world = World::licensed(1, 1).await;
    for name in ["user1", "nobody"] {
        for delay in [0, 1, 3, 5, 10, 10] {
            guess(&world, name).await.assert_problem(401, "invalid_grant");
            if delay > 0 {
                let refused = guess(&world, name).await;
                refused.assert_problem(429, "throttled");
                assert_eq!(refused.header("retry-after"), delay.to_string());
            }
            world.clock.advance(delay);
        }
    }
    assert_eq!(world.sign_in("user1").await.status, 200, "a delay, and never a lock");
    guess(&world, "user1").await.assert_problem(401, "invalid_grant");
    assert_eq!(world.sign_in("user1").await.status, 200, "what failed before is forgotten");
}

#[tokio::test]
async fn whoever_guesses_does_not_delay_a_browser_that_the_person_used_before() {
    let world = World::licensed(1, 1).await;
    let signed_in = sign_in_by_cookie(&world, "user1").await;
    let known = signed_in.headers.get_all("set-cookie").iter();
    let known = known.filter_map(|value| value.to_str().ok()?.split(';').next());
    let known = known.filter(|cookie| cookie.starts_with("device-")).collect::<Vec<_>>();
    let [known] = known.as_slice() else { panic!("{:?}", signed_in.headers) };
    for _ in 0..2 {
        guess(&world, "user1").await;
    }
    let sign_in =
        |cookie: &str| world.post(TOKEN, &form("user1", PASSWORD)).header("cookie", cookie).send();
    sign_in("").await.assert_problem(429, "throttled");
    sign_in("device-8080=AAAAAAAAAAAAAAAAAAAAAA").await.assert_problem(429, "throttled");
    let own = world.post(TOKEN, &form("user1", PASSWORD)).header("cookie", known);
    assert_eq!(own.send().await.status, 200);
}
