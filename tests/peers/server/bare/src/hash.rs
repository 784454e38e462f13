use std::cell::RefCell;

use argon2::{Algorithm, Argon2, Block, Error, Params, Version};

/// What the server hashes with: `licence-server/src/password/argon.rs`.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// One password after the other, in memory that is kept.
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    memory: RefCell<Vec<Block>>,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, Error> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32))?;
        let memory = RefCell::new(vec![Block::new(); params.block_count()]);
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), memory })
    }

    pub(crate) fn hash(&self) -> Result<[u8; 32], Error> {
        let mut out = [0; 32];
        let mut memory = self.memory.borrow_mut();
        let (password, salt) = (b"correct horse battery", b"0123456789abcdef");
        self.argon2.hash_password_into_with_memory(
            password,
            salt,
            &mut out,
            memory.as_mut_slice(),
        )?;
        Ok(out)
    }
}
