#[stratos::plugin]
struct MyPlugin;

fn main() {}
