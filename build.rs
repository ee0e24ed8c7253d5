//! How the executable is linked.
//!
//! On Linux at fixed addresses: at any place it likes, the loader has to mend 300,000 addresses in 4 MB of tables of the
//! engine's before `main` begins, which is most of what `trailhound --version` takes and a tenth of a small query. Stack,
//! heap and libraries stay where the system chooses. Given up is that an attacker who has found a way to write over memory
//! does not know where the code is; Go's and ClickHouse's executables are linked like this, too.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
