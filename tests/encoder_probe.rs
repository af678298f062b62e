#![cfg(all(feature = "encoder", not(target_arch = "wasm32")))]
use std::collections::BTreeMap; use std::sync::Mutex;
static P: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
#[test]
fn probe() {
    std::panic::set_hook(Box::new(|i| { *P.lock().unwrap().entry(format!("{:?} {}", i.location().map(|l| format!("{}:{}", l.file().rsplit("0.23.9").next().unwrap(), l.line())), i.payload().downcast_ref::<String>().cloned().unwrap_or_default().chars().take(90).collect::<String>())).or_default() += 1; }));
    let dir = "tests/data/models";
    let mut s = 12345u64; let mut rnd = move || { s ^= s << 13; s ^= s >> 7; s ^= s << 17; (s >> 16) as usize };
    for f in ["conv_opset13", "vit_opset17", "conv_byte_channel", "vit_dynamic_quint8", "vit_half_weights"] {
        let mut json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(format!("{dir}/{f}.json")).unwrap()).unwrap();
        json.as_object_mut().unwrap().remove("sha256");
        let json = json.to_string();
        let onnx = std::fs::read(format!("{dir}/{f}.onnx")).unwrap();
        let n = if f.starts_with("vit") { 3 * 32 * 32 } else { 3 * 48 * 48 };
        let (mut ok, mut err) = (0, 0);
        for l in (0..onnx.len()).step_by(1 + onnx.len() / 1500) { match handful::encoder::Encoder::new(&json, &onnx[..l]) { Ok(_) => ok += 1, Err(_) => err += 1 } }
        println!("{f} truncated: ok {ok} err {err} panics {:#?}", std::mem::take(&mut *P.lock().unwrap()));
        let (mut ok, mut err) = (0, 0);
        // Damage structure only: bytes near text, i.e. outside the raw weights.
        let text: Vec<usize> = (0..onnx.len()).filter(|&i| onnx[i.saturating_sub(6)..(i + 6).min(onnx.len())].iter().filter(|b| b.is_ascii_lowercase()).count() >= 4).collect();
        for _ in 0..600 { let mut b = onnx.clone(); for _ in 0..1 + rnd() % 3 { let k = text[rnd() % text.len()]; b[k] = match rnd() % 3 { 0 => rnd() as u8, 1 => b[k] ^ (1 << (rnd() % 8)), _ => (rnd() % 12) as u8 }; }
            match handful::encoder::Encoder::new(&json, &b).and_then(|e| e.run(&vec![0.3; n])) { Ok(_) => ok += 1, Err(_) => err += 1 } }
        println!("{f} damaged: ok {ok} err {err} panics {:#?}", std::mem::take(&mut *P.lock().unwrap()));
    }
}
