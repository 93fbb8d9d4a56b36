//! Reads a stream of a compound file, the container of an .xls workbook: a small file system with a
//! table of sectors ([MS-CFB]).

/// Bytes of an entry of the directory.
const ENTRY: usize = 128;

/// Bytes of a small sector. Short streams stand in these, within the stream of the root.
const SMALL: usize = 64;

/// Streams from this length on stand in sectors of their own.
const LARGE: usize = 4096;

/// Sectors of the table whose numbers stand in the header.
const IN_HEADER: usize = 109;

/// Sectors with a larger number mean the end of a chain, or nothing.
const LAST_SECTOR: u32 = 0xffff_fffa;

/// A compound file.
struct CompoundFile<'a> {
    bytes: &'a [u8],
    /// Bytes of a sector.
    sector: usize,
    /// The sector after each.
    next: Vec<u32>,
}

/// A stream of the file with this name. `None` if there is none, or if the file is damaged.
pub(super) fn stream(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let file = CompoundFile::open(bytes)?;
    let directory = file.chain(word(bytes, 0x30)?);
    let mut entries = directory.chunks_exact(ENTRY);
    let root = entries.next()?;
    let entry = entries.find(|entry| is_named(entry, name))?;
    let (first, len) = (word(entry, 116)?, usize::try_from(word(entry, 120)?).ok()?);
    let mut stream = if len < LARGE {
        let small = CompoundFile {
            bytes: &file.chain(word(root, 116)?),
            sector: SMALL,
            next: words(&file.chain(word(bytes, 0x3c)?)).collect(),
        };
        small.chain_from(first, 0)
    } else {
        file.chain(first)
    };
    stream.truncate(len);
    Some(stream)
}

impl<'a> CompoundFile<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let shift = *bytes.get(0x1e)?;
        let sector = 1_usize << Some(shift).filter(|shift| (7..=16).contains(shift))?;
        let mut file = Self { bytes, sector, next: Vec::new() };
        let mut tables: Vec<u32> = words(bytes.get(0x4c..)?).take(IN_HEADER).collect();
        let mut more = word(bytes, 0x44)?;
        // A damaged file may lead in a circle.
        for _ in 0..bytes.len() / sector {
            let Some(sector) = file.sector(more, 1) else { break };
            tables.extend(words(sector));
            more = tables.pop()?;
        }
        let tables = tables.into_iter().filter_map(|table| file.sector(table, 1));
        file.next = tables.flat_map(words).collect();
        Some(file)
    }

    /// A sector, behind so many others of the header.
    fn sector(&self, number: u32, header: usize) -> Option<&'a [u8]> {
        let number = Some(number).filter(|number| *number < LAST_SECTOR)?;
        let start = usize::try_from(number).ok()?.checked_add(header)?.checked_mul(self.sector)?;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        Some(&rest[..rest.len().min(self.sector)])
    }

    fn chain(&self, first: u32) -> Vec<u8> {
        self.chain_from(first, 1)
    }

    fn chain_from(&self, first: u32, header: usize) -> Vec<u8> {
        let (mut chain, mut number) = (Vec::new(), first);
        for _ in 0..self.next.len() {
            let Some(sector) = self.sector(number, header) else { break };
            chain.extend_from_slice(sector);
            let next = usize::try_from(number).ok().and_then(|number| self.next.get(number));
            number = next.copied().unwrap_or(LAST_SECTOR);
        }
        chain
    }
}

/// Whether an entry of the directory has this name.
fn is_named(entry: &[u8], name: &str) -> bool {
    let written = entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let written = written.take_while(|unit| *unit != 0);
    char::decode_utf16(written)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER).to_ascii_lowercase())
        .eq(name.chars().map(|c| c.to_ascii_lowercase()))
}

/// The 32-bit numbers of some bytes.
fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

/// The 32-bit number at a place.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    words(bytes.get(at..)?).next()
}
