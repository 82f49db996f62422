#[derive(Default)]
struct MyPlugin;

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
