//! What must hold whatever a file contains.

use super::*;

#[test]
fn time_it() {
    let n = 1_000_000;
    let fill = |unit: &str| unit.repeat(n / unit.len());
    let mut out = String::new();
    for path in ["a.rs", "a.py", "a.js", "a.ts", "a.go", "a.java", "a.c", "a.cpp"] {
        for unit in ["(\n", "{\n", "[\n", "<\n", "fn a() {\n", "class A {\n", "def a():\n ", "a.b().\n", "a(\n", "if (a) {\n", "a ? b :\n", "\"\n", "/*\n", "<a>\n", "template<\n", "x = y\n", "#if a\n", "()=>\n", "a<b>(\n","\u{1}\n", "`${\n", "func (a A) b() { go func() {\n", "!(\n", "a,\n", "- \n"] {
            let text = fill(unit);
            let begun = tokio::time::Instant::now();
            let outline = Outline::of(path, &text);
            let t = begun.elapsed();
            if t.as_millis() > 1500 {
            out.push_str(&format!("{path} {unit:?} {t:?} {} {} {:?} {:?}\n", outline.symbols.len(), outline.references.len(), outline.left_out, match outline.how { How::Parsed{..} => String::new(), How::TextSearch{why,..} => why }));
            }
        }
    }
    std::fs::write("/tmp/ts/hostile.txt", out).unwrap();
}
