//! The commands of `idv ledger` over all machines.
