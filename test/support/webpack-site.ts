/** The runtime that webpack 5 writes, as far as it loads chunks. */
export const webpackRuntime = (publicPath: string, more = "") => `(()=>{"use strict";var e={},t={};
function r(n){var o=t[n];if(void 0!==o)return o.exports;var s=t[n]={exports:{}};return e[n](s,s.exports,r),s.exports}
r.m=e,r.O=(()=>{var e=[];return(t,n,o)=>{if(n)return void e.push([n,o]);e.forEach(([n,o])=>o())}})(),
r.f={},r.e=e=>Promise.all(Object.keys(r.f).reduce((t,n)=>(r.f[n](e,t),t),[])),
r.u=e=>(65===e?"chart":e)+"."+{65:"aaa",532:"bbb",7:"ccc"}[e]+".js",r.miniCssF=e=>"chart."+{65:"css1"}[e]+".css",
r.p=${publicPath},r.o=(e,t)=>Object.prototype.hasOwnProperty.call(e,t);
r.f.miniCss=(e,t)=>{({65:1})[e]&&t.push(new Promise(t=>{var n=document.createElement("link");n.rel="stylesheet",n.onload=t,n.href=r.p+r.miniCssF(e),document.head.appendChild(n)}))};
var c={121:0,9:0};r.f.j=(e,t)=>{var n=r.o(c,e)?c[e]:void 0;0!==n&&(n?t.push(n[1]):(t.push((n=[])[1]=new Promise(t=>{c[e]=n,n[0]=t})),(()=>{var t=document.createElement("script");t.charset="utf-8",t.src=r.p+r.u(e),${more}document.head.appendChild(t)})()))};
var q=self.webpackChunk=self.webpackChunk||[],p=([t,n,o])=>{for(var s in n)e[s]=n[s];o&&o(r);t.forEach(e=>{c[e]&&c[e][0](),c[e]=0})};q.forEach(p),q.push=p})();`;

/** Where webpack's runtime finds its chunks by itself: beside its own script. */
export const ownDirectory = `document.currentScript.src.replace(/[?#].*$/,"").replace(/\\/[^/]+$/,"/")`;

/** A chunk of modules, and what runs once it is there. */
export const webpackChunk = (chunk: number, modules: string, start = "") =>
  `"use strict";(self.webpackChunk=self.webpackChunk||[]).push([[${chunk}],{${modules}}${start === "" ? "" : `,${start}`}]);`;
