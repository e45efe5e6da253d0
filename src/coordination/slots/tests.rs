//! Who holds which slot, in one process and across several.

use super::*;

/// Two values over one directory see each other only through the kernel, as two processes do.
fn two_processes() -> (tempfile::TempDir, Slots, Slots) {
    let dir = tempfile::tempdir().unwrap();
    crate::coordination::prepare_state_dir(dir.path()).unwrap();
    let (one, two) = (Slots::new(dir.path()), Slots::new(dir.path()));
    (dir, one, two)
}

#[test]
fn two_processes_together_never_hold_more_than_the_limit() {
    let (_dir, one, two) = two_processes();
    let first = one.try_take(&[("glm", 2)], Look::Everywhere).unwrap();
    let second = two.try_take(&[("glm", 2)], Look::Everywhere).unwrap();
    assert!(first.is_some() && second.is_some());
    assert!(one.try_take(&[("glm", 2)], Look::Everywhere).unwrap().is_none());
    assert_eq!(two.in_use("glm", 2), 2);
    drop(first);
    assert_eq!(two.in_use("glm", 2), 1);
    assert!(two.try_take(&[("glm", 2)], Look::Everywhere).unwrap().is_some());
}

#[test]
fn slots_are_taken_together_or_not_at_all() {
    let (_dir, one, two) = two_processes();
    let _held = one.try_take(&[("global", 1)], Look::Everywhere).unwrap().unwrap();
    assert!(two.try_take(&[("kimi", 1), ("global", 1)], Look::Everywhere).unwrap().is_none());
    assert_eq!(two.in_use("kimi", 1), 0, "the half that was free must have been given back");
}

#[test]
fn what_another_process_held_is_tried_again_only_by_a_look_everywhere() {
    let (_dir, one, two) = two_processes();
    let held = one.try_take(&[("glm", 1)], Look::Everywhere).unwrap().unwrap();
    assert!(two.try_take(&[("glm", 1)], Look::Known).unwrap().is_none());
    drop(held);
    assert!(two.try_take(&[("glm", 1)], Look::Known).unwrap().is_none(), "this costs no system call");
    assert!(two.try_take(&[("glm", 1)], Look::Everywhere).unwrap().is_some());
}

#[test]
fn what_is_held_here_is_counted_without_a_look_at_its_file() {
    let (dir, one, two) = two_processes();
    let held = [one.try_take(&[("glm", 3)], Look::Known).unwrap(), one.try_take(&[("glm", 3)], Look::Known).unwrap()];
    std::fs::remove_dir_all(dir.path().join("permits")).unwrap();
    assert_eq!((one.in_use("glm", 3), two.in_use("glm", 3)), (2, 0));
    drop(held);
    assert_eq!(one.in_use("glm", 3), 0);
}

#[test]
fn to_look_who_holds_a_slot_does_not_take_it() {
    let (_dir, one, two) = two_processes();
    drop(one.try_take(&[("glm", 1)], Look::Known).unwrap().unwrap());
    assert_eq!((one.in_use("glm", 1), two.in_use("glm", 1)), (0, 0));
    let _held = two.try_take(&[("glm", 1)], Look::Known).unwrap().expect("nobody holds it");
    assert_eq!(one.in_use("glm", 1), 1);
}

#[test]
fn the_lowest_free_slot_is_taken_so_that_no_more_files_are_made_than_were_needed_at_once() {
    let (dir, one, _) = two_processes();
    for _ in 0..5 {
        let held =
            [one.try_take(&[("glm", 99)], Look::Known).unwrap(), one.try_take(&[("glm", 99)], Look::Known).unwrap()];
        drop(held);
    }
    assert_eq!(std::fs::read_dir(dir.path().join("permits")).unwrap().count(), 2);
}

#[test]
fn a_slot_above_a_lowered_limit_counts_until_it_comes_back_and_is_not_taken_again() {
    let (_dir, one, _) = two_processes();
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(one.try_take(&[("glm", 3)], Look::Known).unwrap().unwrap());
    }
    assert_eq!(one.in_use("glm", 1), 3);
    drop(held.pop());
    assert_eq!(one.in_use("glm", 1), 2);
    assert!(one.try_take(&[("glm", 1)], Look::Everywhere).unwrap().is_none());
}
