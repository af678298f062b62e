/** Names of the larger encoders of others, the same in every language. */
import type { PresetName } from "handful";

export const MODELS: Record<Exclude<PresetName, "handful-lite2">, string> = {
  "clip-vit-b-32": "CLIP ViT-B/32",
  "clip-vit-b-16": "CLIP ViT-B/16",
  "mobileclip-s1": "MobileCLIP-S1",
  "siglip-b-16": "SigLIP B/16",
  "tinyclip-8m-16": "TinyCLIP 8M/16",
  "dinov2-small": "DINOv2 small",
};
