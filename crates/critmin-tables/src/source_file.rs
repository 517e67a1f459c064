//! A publisher's file as text: stated encoding, failing on a bad byte, decompressed where needed.

use std::fs;
use std::io::Read;
use std::path::Path;

use encoding_rs::WINDOWS_1252;

use crate::Error;

/// How a publisher encodes its text. Encodings differ even inside one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// Windows-1252.
    Windows1252,
}

/// A whole file in memory as text, with the name that messages use.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// File name without its folder.
    pub name: String,
    /// Decoded text, without byte-order mark.
    pub text: String,
}

impl SourceFile {
    /// Reads `path`, gunzips it when its name ends in `.gz`, and decodes it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when it cannot be opened, [`Error::Unreadable`] when the compression is broken,
    /// [`Error::Encoding`] at the first byte that the encoding does not know.
    pub fn open(path: &Path, encoding: Encoding) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice())
                .read_to_end(&mut plain)
                .map_err(|fault| Error::Unreadable { file: name.clone(), kind: "gzip", reason: fault.to_string() })?;
            return Self::decode(name, plain, encoding);
        }
        Self::decode(name, bytes, encoding)
    }

    /// Decodes `bytes`; `name` is used in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Encoding`] at the first byte that the encoding does not know.
    pub fn decode(name: impl Into<String>, bytes: Vec<u8>, encoding: Encoding) -> Result<Self, Error> {
        let name = name.into();
        let text = match encoding {
            Encoding::Utf8 => decode_utf8(&name, bytes)?,
            Encoding::Windows1252 => decode_windows_1252(&name, &bytes)?,
        };
        Ok(Self { name, text })
    }
}

fn decode_utf8(name: &str, bytes: Vec<u8>) -> Result<String, Error> {
    let text = String::from_utf8(bytes).map_err(|fault| {
        let offset = fault.utf8_error().valid_up_to();
        let byte = fault.as_bytes().get(offset).copied().unwrap_or_default();
        Error::Encoding { file: name.to_owned(), encoding: "UTF-8", offset, byte }
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

// The WHATWG table maps the five undefined bytes of Windows-1252 to control characters: we refuse them.
fn decode_windows_1252(name: &str, bytes: &[u8]) -> Result<String, Error> {
    const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    if let Some(offset) = bytes.iter().position(|byte| UNDEFINED.contains(byte)) {
        return Err(Error::Encoding { file: name.to_owned(), encoding: "Windows-1252", offset, byte: bytes[offset] });
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_reads_its_own_dash() {
        let old = SourceFile::decode("mcs", vec![b'a', 0x97, b'b'], Encoding::Windows1252).unwrap();
        assert_eq!(old.text, "a—b");
        let new = SourceFile::decode("mcs", "\u{feff}a—b".as_bytes().to_vec(), Encoding::Utf8).unwrap();
        assert_eq!(new.text, "a—b");
    }

    #[test]
    fn a_bad_byte_is_named() {
        let fault = SourceFile::decode("mcs", vec![b'a', 0x97], Encoding::Utf8).unwrap_err();
        assert!(matches!(fault, Error::Encoding { offset: 1, byte: 0x97, .. }), "{fault}");
        let fault = SourceFile::decode("mcs", vec![0x81], Encoding::Windows1252).unwrap_err();
        assert!(matches!(fault, Error::Encoding { offset: 0, .. }), "{fault}");
    }
}
