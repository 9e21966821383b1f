import { onBeforeUnmount, onMounted, ref, type Ref, type ShallowRef } from 'vue'

/** Width of the element that a drawing stands in, in px; a guess until it is there. */
export function useFrameWidth(frame: Readonly<ShallowRef<HTMLElement | null>>): Ref<number> {
  const widthPx = ref(640)
  const observer = new ResizeObserver(([entry]) => (widthPx.value = entry.contentRect.width))
  onMounted(() => frame.value && observer.observe(frame.value))
  onBeforeUnmount(() => observer.disconnect())
  return widthPx
}
