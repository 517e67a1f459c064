//! The canaries with the default solver.

mod common;

use critmin_solve::Backend;

#[test]
fn the_default_solver_gets_them_right() {
    common::sing(Backend::Automatic).unwrap();
}
