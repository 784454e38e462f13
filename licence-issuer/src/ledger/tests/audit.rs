//! What an audit finds of a store that was changed behind the ledger's back.

use super::*;

impl Desk {
    /// Writes into the store behind the ledger's back.
    fn tamper(&self, change: impl FnOnce(&WriteTransaction)) {
        let store = Database::open(&self.path).unwrap();
        let transaction = store.begin_write().unwrap();
        change(&transaction);
        transaction.commit().unwrap();
    }

    #[track_caller]
    fn finding(&self) -> String {
        refusal(self.open().audit(&roots(), None))
    }
}

/// The entry of that number as the log holds it.
fn row(transaction: &WriteTransaction, number: u64) -> ([u8; 16], Vec<u8>) {
    let log = transaction.open_table(LOG).unwrap();
    let row = log.get(number).unwrap().unwrap();
    let (head, bytes) = row.value();
    (*head, bytes.to_owned())
}

fn put(transaction: &WriteTransaction, number: u64, (head, bytes): &([u8; 16], Vec<u8>)) {
    let mut log = transaction.open_table(LOG).unwrap();
    log.insert(number, (head, bytes.as_slice())).unwrap();
}

/// Writes the heads of the whole chain anew, as someone who knows the format can.
fn chain_anew(transaction: &WriteTransaction) {
    let mut receipt = Receipt::EMPTY;
    let last = transaction.open_table(LOG).unwrap().last().unwrap().unwrap().0.value();
    for number in 1..=last {
        let (_, bytes) = row(transaction, number);
        receipt = append_to_log(transaction, receipt, &bytes).unwrap();
    }
    let mut tip = transaction.open_table(TIP).unwrap();
    tip.insert((), (receipt.number, &receipt.head.to_bytes())).unwrap();
}

#[test]
fn a_ledger_that_nobody_touched_is_without_a_flaw() {
    let desk = Desk::new();
    let audit = desk.open().audit(&roots(), None).unwrap();
    assert_eq!((audit.tip.number, audit.licences), (7, 2));
    desk.open().audit(&roots(), Some(Expected(audit.tip))).unwrap();
}

#[test]
fn an_edited_entry_is_found() {
    let desk = Desk::new();
    desk.tamper(|store| {
        let (head, bytes) = row(store, 3);
        let text = String::from_utf8(bytes).unwrap().replace("Physik", "Chemie");
        put(store, 3, &(head, text.into_bytes()));
    });
    let found = desk.finding();
    assert!(found.starts_with("entry 3 of the ledger is not as it was written"), "{found}");
}

#[test]
fn an_edited_head_is_found() {
    let desk = Desk::new();
    desk.tamper(|store| {
        let (_, bytes) = row(store, 4);
        put(store, 4, &([7; 16], bytes));
    });
    assert!(desk.finding().starts_with("entry 4 "));
}

#[test]
fn a_removed_entry_is_found_wherever_it_stood() {
    for number in [1, 4] {
        let desk = Desk::new();
        desk.tamper(|store| {
            store.open_table(LOG).unwrap().remove(number).unwrap();
        });
        let found = desk.finding();
        assert!(found.ends_with("it is missing"), "{found}");
    }
    let desk = Desk::new();
    desk.tamper(|store| {
        store.open_table(LOG).unwrap().remove(7).unwrap();
    });
    assert_eq!(desk.finding(), "the log ends at entry 6, and 7 were written");
}

#[test]
fn entries_in_another_order_are_found() {
    let desk = Desk::new();
    desk.tamper(|store| {
        let (second, third) = (row(store, 2), row(store, 3));
        put(store, 2, &third);
        put(store, 3, &second);
    });
    assert!(desk.finding().starts_with("entry 2 "));
}

#[test]
fn a_chain_that_was_written_anew_is_found_by_what_it_holds() {
    let desk = Desk::new();
    desk.tamper(|store| {
        let (head, bytes) = row(store, 3);
        let text = String::from_utf8(bytes).unwrap().replace("Physik", "Chemie");
        put(store, 3, &(head, text.into_bytes()));
        chain_anew(store);
    });
    assert!(desk.finding().ends_with("it does not say what its file says"));

    let desk = Desk::new();
    desk.tamper(|store| {
        let (second, third) = (row(store, 2), row(store, 3));
        put(store, 2, &third);
        put(store, 3, &second);
        chain_anew(store);
    });
    assert!(desk.finding().ends_with("the tables do not lead to it"));

    let desk = Desk::new();
    desk.tamper(|store| {
        store.open_table(LOG).unwrap().remove(7).unwrap();
        chain_anew(store);
    });
    assert_eq!(desk.finding(), "the tables lead to entries that are not in the log");
}

#[test]
fn a_ledger_made_anew_is_found_by_a_receipt_noted_elsewhere() {
    let desk = Desk::new();
    let noted = Expected(desk.open().audit(&roots(), None).unwrap().tip);
    let dir = tempfile::tempdir().unwrap();
    let mut shorter = ledger_in(dir.path());
    let mut entries = vec![entry(1)];
    shorter.record(&Records { entries: entries.clone(), owners: Vec::new() }).unwrap();
    let found = refusal(shorter.audit(&roots(), Some(noted)));
    assert_eq!(found, "the log ends at entry 1, and entry 7 was noted");

    entries = (2..8).map(entry).collect();
    shorter.record(&Records { entries, owners: Vec::new() }).unwrap();
    let found = refusal(shorter.audit(&roots(), Some(noted)));
    assert!(found.ends_with("its head is not the one that was noted"), "{found}");
}

#[test]
fn a_signature_of_another_key_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger_in(dir.path());
    ledger.record(&certificate().into()).unwrap();
    let other = PrivateKey::from_seed(&[8; 32]).unwrap().public().clone();
    let found = refusal(ledger.audit(&Roots::new(vec![other]).unwrap(), None));
    assert!(found.ends_with("its signature does not hold"), "{found}");
}
