//! Reads what `git diff --raw -z --patch` writes: a list of files, then a section for each.

use super::answer::Status;

/// One file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// As the repository has it, in bytes.
    pub(super) path: Vec<u8>,
    pub(super) old_path: Option<Vec<u8>>,
    pub(super) status: Status,
    pub(super) old_mode: String,
    pub(super) new_mode: String,
    /// What it was and is; all zeros where that is a file of the work tree, or nothing.
    pub(super) ids: [String; 2],
    pub(super) section: Section,
}

/// What the patch has for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Section {
    /// Hunks, perhaps none.
    Hunks(String),
    /// Git says that it is no text.
    Binary,
    /// Git has none, as of a conflict.
    None,
    /// It is behind what was read, or was not asked for.
    Missing,
}

/// The list and, with `has_patch`, the sections. `is_whole` says whether `bytes` are all that there was; the second
/// value is whether the list is.
pub(super) fn parse(bytes: &[u8], is_whole: bool, has_patch: bool) -> Result<(Vec<Entry>, bool), String> {
    let (mut entries, rest) = list(bytes)?;
    let list_is_whole = is_whole || rest.is_some();
    let Some(patch) = rest.filter(|_| has_patch) else { return Ok((entries, list_is_whole)) };
    let mut sections = sections(patch);
    if !is_whole {
        // The last one is cut, perhaps in the middle of a line.
        sections.pop();
    }
    let (expected, found) = (entries.iter().map(parts).sum::<usize>(), sections.len());
    if is_whole && expected != found {
        return Err(format!("{found} patches for {expected} files"));
    }
    let mut sections = sections.into_iter();
    for entry in &mut entries {
        let own: Vec<&[u8]> = sections.by_ref().take(parts(entry)).collect();
        entry.section = if own.len() < parts(entry) { Section::Missing } else { section(&own) };
    }
    Ok((entries, list_is_whole))
}

/// How many sections an entry has: what becomes another type goes and comes, and a conflict is only named.
fn parts(entry: &Entry) -> usize {
    match entry.status {
        Status::TypeChanged => 2,
        Status::Conflicted => 0,
        _ => 1,
    }
}

/// The entries, and what is behind the list if it ends.
fn list(bytes: &[u8]) -> Result<(Vec<Entry>, Option<&[u8]>), String> {
    let (mut entries, mut rest) = (Vec::new(), bytes);
    loop {
        match rest.first() {
            None => return Ok((entries, None)),
            Some(0) => return Ok((entries, Some(&rest[1..]))),
            Some(b':') => {}
            Some(_) => return Err("a list that can not be read".to_owned()),
        }
        let mut at = rest;
        let Some(head) = field(&mut at) else { return Ok((entries, None)) };
        let head = String::from_utf8_lossy(&head[1..]).into_owned();
        let words: Vec<&str> = head.split(' ').collect();
        let [old_mode, new_mode, old_id, new_id, letter] = words.as_slice() else {
            return Err(format!("an entry that can not be read: {head:?}"));
        };
        let status = status(letter).ok_or_else(|| format!("an unknown status: {letter:?}"))?;
        let has_two = matches!(status, Status::Renamed | Status::Copied);
        let Some(first) = field(&mut at) else { return Ok((entries, None)) };
        let second = if has_two { field(&mut at) } else { None };
        if has_two && second.is_none() {
            return Ok((entries, None));
        }
        entries.push(Entry {
            path: second.unwrap_or(first).to_owned(),
            old_path: second.map(|_| first.to_owned()),
            status,
            old_mode: (*old_mode).to_owned(),
            new_mode: (*new_mode).to_owned(),
            ids: [(*old_id).to_owned(), (*new_id).to_owned()],
            section: if status == Status::Conflicted { Section::None } else { Section::Missing },
        });
        rest = at;
    }
}

/// Takes what is before the next NUL.
fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memchr(0, rest)?;
    let field = &rest[..end];
    *rest = &rest[end + 1..];
    Some(field)
}

fn status(letter: &str) -> Option<Status> {
    Some(match letter.as_bytes().first()? {
        b'A' => Status::Added,
        b'M' => Status::Modified,
        b'D' => Status::Deleted,
        b'R' => Status::Renamed,
        b'C' => Status::Copied,
        b'T' => Status::TypeChanged,
        b'U' => Status::Conflicted,
        _ => return None,
    })
}

/// Cuts a patch where a line begins a section: lines of content begin with other signs.
fn sections(patch: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < patch.len() {
        let line = &patch[at..];
        if line.starts_with(b"diff --git ") {
            starts.push((at, true));
        } else if line.starts_with(b"* Unmerged path ") {
            starts.push((at, false));
        }
        at += memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([patch.len()]);
    starts
        .iter()
        .zip(ends)
        .filter(|((_, is_patch), _)| *is_patch)
        .map(|((start, _), end)| &patch[*start..end])
        .collect()
}

fn section(own: &[&[u8]]) -> Section {
    if own.is_empty() {
        return Section::None;
    }
    let mut hunks = String::new();
    for part in own {
        if let Some(start) = line_that_begins(part, b"@@ ") {
            hunks.push_str(&String::from_utf8_lossy(&part[start..]));
        } else if line_that_begins(part, b"Binary files ").is_some() {
            return Section::Binary;
        }
    }
    Section::Hunks(hunks)
}

fn line_that_begins(text: &[u8], with: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(with) {
            return Some(at);
        }
        at += memchr::memchr(b'\n', &text[at..])? + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "0000000000000000000000000000000000000000";

    fn raw(status: &str, paths: &[&str]) -> Vec<u8> {
        let mut bytes = format!(":100644 100644 {ID} {ID} {status}\0").into_bytes();
        bytes.extend(paths.iter().flat_map(|path| format!("{path}\0").into_bytes()));
        bytes
    }

    #[test]
    fn a_line_of_content_that_looks_like_a_header_begins_no_section() {
        let mut bytes = raw("M", &["a"]);
        bytes.extend(raw("M", &["b"]));
        bytes.push(0);
        bytes.extend(b"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+diff --git a/c b/c\n diff --git\n");
        bytes.extend(b"diff --git a/b b/b\n@@ -1 +1 @@\n-y\n+z\n");
        let (entries, is_whole) = parse(&bytes, true, true).unwrap();
        assert!(is_whole);
        let Section::Hunks(first) = &entries[0].section else { panic!("{:?}", entries[0]) };
        assert_eq!(first, "@@ -1 +1 @@\n-x\n+diff --git a/c b/c\n diff --git\n");
        assert_eq!(entries[1].section, Section::Hunks("@@ -1 +1 @@\n-y\n+z\n".to_owned()));
    }

    #[test]
    fn of_an_answer_that_was_cut_the_last_section_does_not_count() {
        let mut bytes = raw("M", &["a"]);
        bytes.extend(raw("R100", &["old", "new"]));
        bytes.push(0);
        bytes.extend(b"diff --git a/a b/a\n@@ -1 +1 @@\n-x\n+y\ndiff --git a/old b/new\n@@ -1 +1 @@\n-y\n+");
        let (entries, is_whole) = parse(&bytes, false, true).unwrap();
        assert!(is_whole && matches!(entries[0].section, Section::Hunks(_)));
        assert_eq!((entries[1].path.as_slice(), &entries[1].section), (b"new".as_slice(), &Section::Missing));
        assert_eq!(entries[1].old_path.as_deref(), Some(b"old".as_slice()));
        let (entries, is_whole) = parse(&bytes[..70], false, true).unwrap();
        assert!(entries.len() <= 1 && !is_whole);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), whole: bool, patch: bool) {
            drop(parse(&bytes, whole, patch));
            let mut listed = raw("T", &["a"]);
            listed.extend(&bytes);
            drop(parse(&listed, whole, patch));
        }
    }
}
