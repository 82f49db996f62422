struct MyPlugin;

#[stratos::plugin]
impl Default for MyPlugin {
    fn default() -> Self {
        Self
    }
}

fn main() {}
