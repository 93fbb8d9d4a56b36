//! A disk whose power may go: it follows what a run did, and gives what would be found afterwards.
//!
//! Sure is what POSIX promises and no more: the bytes that a file had when a sync of it began that has
//! returned, and the names that a folder had when a sync of the folder did. A sync of a file does not
//! keep its name. Of the rest any part may be there: of each page the state after any of the writes
//! that touched it, the file as long as after any of them (zeros where nothing came), and any of the
//! names that were made, taken away or changed. ext4 loses less: it orders names among each other.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::journal::Event;

/// What the power cut leaves of what was not synced.
pub enum Kept<'a> {
    /// Nothing at all.
    Nothing,
    /// All names, no bytes.
    Names,
    /// Some of the names, and of each page any of its states.
    Some(&'a mut fastrand::Rng),
    /// Everything: only the program died.
    All,
}

/// What is found on the disk: folders (`None`) and files.
pub type Found = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// What is written to a disk in one piece.
const PAGE: usize = 4096;

/// Not on a disk though it has a name there: it is mapped into memory, and made anew.
const IN_MEMORY: &str = "-shm";

#[derive(Clone)]
enum Change {
    Bytes { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    fn length_after(&self, length: usize) -> usize {
        match self {
            Self::Bytes { at, bytes } => length.max(at + bytes.len()),
            Self::Length(length) => *length,
        }
    }

    /// Makes the change in a page that begins at `start`.
    fn make(&self, start: usize, page: &mut [u8]) {
        let end = start + page.len();
        match self {
            Self::Length(length) if *length < end => {
                page[length.saturating_sub(start)..].fill(0);
            }
            Self::Length(_) => {}
            Self::Bytes { at, bytes } => {
                let (from, to) = ((*at).max(start), (at + bytes.len()).min(end));
                if from < to {
                    page[from - start..to - start].copy_from_slice(&bytes[from - at..to - at]);
                }
            }
        }
    }
}

#[derive(Clone, Default)]
struct File {
    synced: Vec<u8>,
    /// What was changed since, oldest first.
    waiting: Vec<Change>,
    /// How many changes were synced before.
    done: usize,
}

impl File {
    fn sync(&mut self, up_to: usize) {
        let count = up_to.saturating_sub(self.done);
        self.synced.resize(self.length_after(count), 0);
        for change in self.waiting.drain(..count) {
            change.make(0, &mut self.synced);
        }
        self.done += count;
    }

    fn length_after(&self, count: usize) -> usize {
        let changes = self.waiting[..count].iter();
        changes.fold(self.synced.len(), |length, change| change.length_after(length))
    }

    /// The file as long as after so many changes, each page as after so many as `of_page` says.
    fn after(&self, count: usize, mut of_page: impl FnMut() -> usize) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        bytes.resize(self.length_after(count), 0);
        for (number, page) in bytes.chunks_mut(PAGE).enumerate() {
            for change in &self.waiting[..of_page()] {
                change.make(number * PAGE, page);
            }
        }
        bytes
    }

    fn left(&self, kept: &mut Kept) -> Vec<u8> {
        let most = self.waiting.len();
        match kept {
            Kept::Nothing | Kept::Names => self.synced.clone(),
            Kept::All => self.after(most, || most),
            Kept::Some(random) => {
                let count = random.usize(0..=most);
                self.after(count, || random.usize(0..=most))
            }
        }
    }
}

/// A change of the names in one folder. Files are numbered here; a folder has no number.
#[derive(Clone)]
enum Naming {
    Is { path: PathBuf, file: Option<usize> },
    Gone { path: PathBuf },
    Moved { from: PathBuf, to: PathBuf, file: Option<usize> },
}

type Names = BTreeMap<PathBuf, Option<usize>>;

impl Naming {
    fn folder(&self) -> &Path {
        let (Self::Is { path, .. } | Self::Gone { path } | Self::Moved { to: path, .. }) = self;
        path.parent().unwrap()
    }

    fn make(&self, names: &mut Names) {
        match self.clone() {
            Self::Is { path, file } => drop(names.insert(path, file)),
            Self::Gone { path } => drop(names.remove(&path)),
            Self::Moved { from, to, file } => {
                names.remove(&from);
                names.insert(to, file);
            }
        }
    }
}

/// What a sync that goes on will have kept when it returns.
#[derive(Clone)]
enum Syncing {
    File { file: usize, changes: usize },
    Names { folder: PathBuf, namings: usize },
}

/// The disk, as far as a folder on it.
#[derive(Clone, Default)]
pub struct Disk {
    root: PathBuf,
    files: Vec<File>,
    /// The file that has a node now; nodes are used again.
    nodes: HashMap<u64, usize>,
    synced: Names,
    /// The namings since, each with its number.
    waiting: Vec<(usize, Naming)>,
    namings: usize,
    now: Names,
    syncing: HashMap<i64, Syncing>,
}

impl Disk {
    /// All that is in a folder is synced.
    pub fn of(root: &Path) -> Self {
        let mut disk = Self { root: root.to_owned(), ..Self::default() };
        for path in paths(root) {
            let file = path.is_file().then(|| {
                let synced = std::fs::read(&path).unwrap();
                disk.add(path.metadata().unwrap().ino(), File { synced, ..File::default() })
            });
            disk.synced.insert(path.strip_prefix(root).unwrap().to_owned(), file);
        }
        disk.now = disk.synced.clone();
        disk
    }

    fn add(&mut self, node: u64, file: File) -> usize {
        self.files.push(file);
        self.nodes.insert(node, self.files.len() - 1);
        self.files.len() - 1
    }

    /// Follows what was done.
    pub fn follow(&mut self, event: &Event) {
        match event {
            Event::Made { node, path } => {
                let file = Some(self.add(*node, File::default()));
                self.name(path.as_deref(), |path| Naming::Is { path, file });
            }
            Event::Folder { path } => {
                self.name(Some(path), |path| Naming::Is { path, file: None });
            }
            Event::Removed { path } => self.name(Some(path), |path| Naming::Gone { path }),
            Event::Renamed { from, to } => {
                let from = from.strip_prefix(&self.root).unwrap().to_owned();
                let file = self.now[&from];
                self.name(Some(to), |to| Naming::Moved { from, to, file });
            }
            Event::Wrote { node, at, bytes } => {
                self.change(*node, Change::Bytes { at: *at, bytes: bytes.clone() });
            }
            Event::Length { node, length } => self.change(*node, Change::Length(*length)),
            Event::SyncBegan { sync, node, folder } => self.begin(*sync, *node, folder.as_deref()),
            Event::SyncEnded { sync } => self.end(*sync),
            Event::Sent { .. } => {}
        }
    }

    /// The name of a file in the folder that is looked at, as it is there; `None` for others.
    pub fn name_of(&self, node: u64) -> Option<&Path> {
        let file = self.nodes.get(&node)?;
        self.now.iter().find(|(_, is)| **is == Some(*file)).map(|(path, _)| path.as_path())
    }

    fn name(&mut self, path: Option<&Path>, naming: impl FnOnce(PathBuf) -> Naming) {
        let Some(Ok(path)) = path.map(|path| path.strip_prefix(&self.root)) else { return };
        let naming = naming(path.to_owned());
        naming.make(&mut self.now);
        self.waiting.push((self.namings, naming));
        self.namings += 1;
    }

    fn change(&mut self, node: u64, change: Change) {
        if let Some(file) = self.nodes.get(&node) {
            self.files[*file].waiting.push(change);
        }
    }

    fn begin(&mut self, sync: i64, node: u64, folder: Option<&Path>) {
        let syncing = match (folder, self.nodes.get(&node)) {
            (Some(folder), _) => {
                let Ok(folder) = folder.strip_prefix(&self.root) else { return };
                Syncing::Names { folder: folder.to_owned(), namings: self.namings }
            }
            (None, Some(&file)) => {
                let changes = self.files[file].done + self.files[file].waiting.len();
                Syncing::File { file, changes }
            }
            (None, None) => return,
        };
        self.syncing.insert(sync, syncing);
    }

    fn end(&mut self, sync: i64) {
        match self.syncing.remove(&sync) {
            Some(Syncing::File { file, changes }) => self.files[file].sync(changes),
            Some(Syncing::Names { folder, namings }) => {
                let Self { waiting, synced, .. } = self;
                let kept = |(number, naming): &mut (usize, Naming)| {
                    *number < namings && naming.folder() == folder
                };
                waiting.extract_if(.., kept).for_each(|(_, naming)| naming.make(synced));
            }
            None => {}
        }
    }

    /// What is found when the power is back.
    pub fn left(&self, mut kept: Kept) -> Found {
        let mut names = self.synced.clone();
        for (_, naming) in &self.waiting {
            let stays = match &mut kept {
                Kept::Nothing => false,
                Kept::Names | Kept::All => true,
                Kept::Some(random) => random.bool(),
            };
            if stays {
                naming.make(&mut names);
            }
        }
        let mut found = Found::new();
        for (path, file) in names {
            let parent = path.parent().unwrap();
            let reached = parent == Path::new("") || found.get(parent) == Some(&None);
            if reached && !path.to_string_lossy().ends_with(IN_MEMORY) {
                let bytes = file.map(|file| self.files[file].left(&mut kept));
                found.insert(path, bytes);
            }
        }
        found
    }
}

/// What is in a folder, as it is found there.
pub fn found_in(root: &Path) -> Found {
    let read = |path: PathBuf| {
        let bytes = path.is_file().then(|| std::fs::read(&path).unwrap());
        (path.strip_prefix(root).unwrap().to_owned(), bytes)
    };
    paths(root).into_iter().map(read).collect()
}

/// Puts what was found into an empty folder.
pub fn lay_out(found: &Found, root: &Path) {
    for (path, bytes) in found {
        match bytes {
            None => std::fs::create_dir(root.join(path)).unwrap(),
            Some(bytes) => std::fs::write(root.join(path), bytes).unwrap(),
        }
    }
}

/// All that is below a folder, folders before what is in them.
fn paths(root: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    let below: Vec<_> =
        paths.iter().filter(|path| path.is_dir()).flat_map(|path| self::paths(path)).collect();
    paths.extend(below);
    paths
}
